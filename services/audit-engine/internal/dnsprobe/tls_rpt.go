package dnsprobe

import (
	"context"
	"net/url"
	"strings"
)

// TLSRPT is the record that asks for reports about failed encryption (RFC 8460).
type TLSRPT struct {
	Records []string // that begin with v=TLSRPTv1; senders take several for none
	Problem string   // why senders pass the record over; "": they do not
}

func isTLSRPT(text string) bool { return strings.HasPrefix(text, "v=TLSRPTv1;") }

func lookTLSRPT(ctx context.Context, s *session, domain string) (TLSRPT, error) {
	records, _, err := s.texts(ctx, "_smtp._tls."+domain, isTLSRPT)
	if err != nil {
		return TLSRPT{}, err
	}
	r := TLSRPT{Records: records}
	switch {
	case len(records) > 1:
		r.Problem = "there is more than one record"
	case len(records) == 1 && !reportAddress(fields(records[0])["rua"]):
		r.Problem = "rua names neither a mailto: nor an https: address"
	}
	return r, nil
}

// reportAddress reports whether one of the addresses in a list can be used.
func reportAddress(list string) bool {
	for address := range strings.SplitSeq(list, ",") {
		u, err := url.Parse(strings.Trim(address, " \t"))
		if err == nil && ((u.Scheme == "mailto" && strings.Contains(u.Opaque, "@")) || (u.Scheme == "https" && u.Host != "")) {
			return true
		}
	}
	return false
}
