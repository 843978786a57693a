package check

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"

	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// TLS is what a probe of the host's TLS has shown.
type TLS struct {
	*tlsprobe.Result
	Address string // host:port
	// Certificates are the chains of Result that can be read, leaf first. Certificates
	// behind the leaf that cannot be read are left out.
	Certificates [][]*x509.Certificate
	// Unreadable are the leaves, in DER, of the other chains.
	Unreadable [][]byte
}

// NewTLS reads the certificates of r.
func NewTLS(address string, r *tlsprobe.Result) *TLS {
	t := &TLS{Result: r, Address: address}
	for _, sent := range r.Chains {
		var chain []*x509.Certificate
		for i, der := range sent {
			c, err := x509.ParseCertificate(der)
			if err == nil {
				chain = append(chain, c)
			} else if i == 0 {
				t.Unreadable = append(t.Unreadable, der)
				break
			}
		}
		if len(chain) > 0 {
			t.Certificates = append(t.Certificates, chain)
		}
	}
	return t
}

// answer is what the host answered to version.
func (t *TLS) answer(version uint16) tlsprobe.Answer { return t.Version(version).Offered }

// oldTLS reports whether a version from SSL 3.0 to TLS 1.2 is offered.
func (t *TLS) oldTLS() bool {
	return slices.ContainsFunc(t.Versions, func(v tlsprobe.Version) bool {
		return v.Offered == tlsprobe.Yes && v.ID != tlsprobe.SSL20 && v.ID != tlsprobe.TLS13
	})
}

// unclear names the version from SSL 3.0 to TLS 1.2 whose suites are not all known, or
// is empty. A version without a clear answer counts only if no higher one answered:
// servers that close on old versions would leave nothing to judge.
func (t *TLS) unclear() string {
	answered := false
	for _, v := range slices.Backward(t.Versions) {
		switch {
		case v.ID == tlsprobe.SSL20 || v.ID == tlsprobe.TLS13 || v.Offered == tlsprobe.No:
		case v.Offered == tlsprobe.Yes && v.Complete:
			answered = true
		case v.Offered == tlsprobe.Yes || !answered:
			return tlsprobe.VersionName(v.ID)
		}
	}
	return ""
}

// verdict is the outcome of a check of suites: what was found, or that nothing was, if
// that is certain.
func (t *TLS) verdict(findings []Finding) Result {
	if version := t.unclear(); len(findings) == 0 && version != "" {
		return skip("The server gave no clear answer to which cipher suites it accepts with %s.", version)
	}
	return fail(findings...)
}

// uses reports whether a suite that match describes is accepted in any version. Suites
// that need a secret shared in advance are never those of a web site's visitors.
func (t *TLS) uses(match func(tlsprobe.Suite) bool) bool {
	return slices.ContainsFunc(t.Versions, func(v tlsprobe.Version) bool { return len(suitesOf(v, match)) > 0 })
}

func suitesOf(v tlsprobe.Version, match func(tlsprobe.Suite) bool) []string {
	var names []string
	for _, s := range v.Suites {
		if !s.SharedSecret() && match(s) {
			names = append(names, s.Name)
		}
	}
	return names
}

// maxSuites is how many suites of one version stand in an evidence.
const maxSuites = 8

// suiteEvidence lists the suites that match describes, by version from the newest.
func (t *TLS) suiteEvidence(match func(tlsprobe.Suite) bool) string {
	text := []string{t.Address}
	for _, v := range slices.Backward(t.Versions) {
		names := suitesOf(v, match)
		if len(names) == 0 {
			continue
		}
		text = append(text, tlsprobe.VersionName(v.ID)+" accepts:")
		for _, name := range names[:min(len(names), maxSuites)] {
			text = append(text, "  "+name)
		}
		if more := len(names) - maxSuites; more > 0 {
			text = append(text, fmt.Sprintf("  and %d more", more))
		}
	}
	return lines(text...)
}

// describe tells each version in one line.
func (t *TLS) describe() string {
	text := []string{t.Address}
	for _, v := range t.Versions {
		state := "no clear answer"
		switch {
		case v.Offered == tlsprobe.No:
			state = "declined"
		case v.Offered == tlsprobe.Yes && len(v.Suites) > 0:
			state = "accepted, with " + v.Suites[0].Name
		case v.Offered == tlsprobe.Yes:
			state = "accepted"
		}
		text = append(text, tlsprobe.VersionName(v.ID)+": "+state)
	}
	return lines(text...)
}

// openQuestion reports whether the probe could not find out something that begins with
// words.
func (t *TLS) openQuestion(words string) bool {
	return slices.ContainsFunc(t.Unknown, func(s string) bool { return strings.HasPrefix(s, words) })
}

// ofTLS is the Run of a check that judges the handshake.
func ofTLS(judge func(t *TLS) Result) func(context.Context, *Site) Result {
	return func(_ context.Context, site *Site) Result {
		if site.TLS == nil {
			return skip("%s", site.NoTLS)
		}
		if site.TLS.Highest() == 0 {
			return skip("The server gave no clear answer to any version of TLS.")
		}
		return judge(site.TLS)
	}
}

// ofCertificates is the Run of a check that judges each chain by itself: servers may
// have one for RSA and one for ECDSA. A reason to skip counts only without findings.
func ofCertificates(judge func(site *Site, chain []*x509.Certificate) Result) func(context.Context, *Site) Result {
	return func(_ context.Context, site *Site) Result {
		switch {
		case site.TLS == nil:
			return skip("%s", site.NoTLS)
		case len(site.TLS.Certificates) == 0 && len(site.TLS.Unreadable) > 0:
			return skip("The server's certificate is not one that this audit can read.")
		case len(site.TLS.Certificates) == 0:
			return skip("The server showed no certificate.")
		}
		var all Result
		for _, chain := range site.TLS.Certificates {
			r := judge(site, chain)
			all.Findings = append(all.Findings, r.Findings...)
			all.Skipped = cmp.Or(all.Skipped, r.Skipped)
		}
		if all.Findings = merge(all.Findings); len(all.Findings) > 0 {
			all.Skipped = ""
		}
		return all
	}
}

// merge makes one finding of those with the same title, with the evidence of all.
func merge(findings []Finding) []Finding {
	var merged []Finding
	for _, f := range findings {
		i := slices.IndexFunc(merged, func(m Finding) bool { return m.Title == f.Title })
		if i < 0 {
			merged = append(merged, f)
			continue
		}
		merged[i].Evidence = lines(merged[i].Evidence, "", f.Evidence)
	}
	return merged
}
