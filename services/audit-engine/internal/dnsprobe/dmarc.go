package dnsprobe

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Policies of DMARC, from the weakest to the strongest.
const (
	PolicyNone       = "none"
	PolicyQuarantine = "quarantine"
	PolicyReject     = "reject"
)

var policies = []string{PolicyNone, PolicyQuarantine, PolicyReject}

// maxWalk is how many names a receiver asks for a policy (RFC 9989 section 4.10).
const maxWalk = 8

// maxReports is how many other domains are asked whether they take reports.
const maxReports = 2

// DMARCRecord is one policy record (RFC 9989 section 4.7).
type DMARCRecord struct {
	Text string
	// P, SP and NP are the policies for the domain, its subdomains, and those that do
	// not exist. Empty: not given, or not one of the three.
	P, SP, NP string
	PSD       string // y, n or u
	Testing   bool   // t=y: receivers do one step less than the policy asks
	Reports   []string
	Unusable  string // rua, when none of its addresses is one for email
	Percent   string // pct, which RFC 9989 has removed; "" is not given
	Removed   []string
	Problem   string // a policy that receivers cannot read; they then do nothing
}

// DMARC is what receivers find for mail from a domain.
type DMARC struct {
	Record *DMARCRecord // that applies; nil: there is none
	At     string       // the domain that it was found at
	// Policy is what it asks for with the domain's mail, Subdomains with that of its
	// subdomains, and Invented with that of subdomains that do not exist. Empty without
	// a record, or with one that applies no policy.
	Policy, Subdomains, Invented string
	Repeated                     []string // domains with several records, which count as none
	// Refused are other domains that reports are asked to, and that do not say that
	// they take them: none are sent there (RFC 9990 section 4).
	Refused []string
}

func isDMARC(text string) bool {
	version, _, _ := strings.Cut(text, ";")
	name, value, found := strings.Cut(version, "=")
	return found && strings.EqualFold(strings.Trim(name, " \t"), "v") && strings.Trim(value, " \t") == "DMARC1"
}

// parseDMARC reads a record that isDMARC accepts. Tags that it does not know are
// passed over, as the RFC asks.
func parseDMARC(text string) *DMARCRecord {
	r := &DMARCRecord{Text: text, PSD: "u"}
	tags := map[string]string{}
	for part := range strings.SplitSeq(text, ";") {
		name, value, found := strings.Cut(part, "=")
		name = strings.ToLower(strings.Trim(name, " \t"))
		if _, repeated := tags[name]; found && !repeated {
			tags[name] = strings.Trim(value, " \t")
		}
	}
	for name, into := range map[string]*string{"p": &r.P, "sp": &r.SP, "np": &r.NP} {
		value, given := tags[name]
		if policy := strings.ToLower(value); slices.Contains(policies, policy) {
			*into = policy
		} else if given {
			r.Problem = fmt.Sprintf("%s=%s is not one of none, quarantine and reject", name, value)
		}
	}
	if psd := strings.ToLower(tags["psd"]); psd == "y" || psd == "n" {
		r.PSD = psd
	}
	r.Testing = strings.EqualFold(tags["t"], "y")
	for address := range strings.SplitSeq(tags["rua"], ",") {
		if u, err := url.Parse(strings.Trim(address, " \t")); err == nil && u.Scheme != "" {
			r.Reports = append(r.Reports, u.String())
		}
	}
	if !slices.ContainsFunc(r.Reports, func(address string) bool { return reportHost(address) != "" }) {
		r.Unusable = tags["rua"]
	}
	r.Percent = tags["pct"]
	for _, name := range []string{"pct", "rf", "ri"} {
		if _, given := tags[name]; given {
			r.Removed = append(r.Removed, name)
		}
	}
	return r
}

// reportHost returns the host of an address for email, which is the kind that every
// receiver sends reports to, or "".
func reportHost(address string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.EqualFold(u.Scheme, "mailto") {
		return ""
	}
	mailbox, _, _ := strings.Cut(u.Opaque, "!") // a size may follow
	_, host, _ := strings.Cut(mailbox, "@")
	return canonical(host)
}

// effective is what the record asks for, for the domain that it stands at, for
// subdomains, and for those that do not exist. A record with a policy that cannot be
// read counts as none when it asks for reports, else as no record (section 4.7).
func (r *DMARCRecord) effective() (domain, subdomains, invented string) {
	if r.Problem != "" {
		if len(r.Reports) == 0 {
			return "", "", ""
		}
		return PolicyNone, PolicyNone, PolicyNone
	}
	domain = cmp.Or(r.P, PolicyNone)
	subdomains = cmp.Or(r.SP, domain)
	return domain, subdomains, cmp.Or(r.NP, subdomains)
}

// Weaker reports whether policy a asks for less than b.
func Weaker(a, b string) bool { return slices.Index(policies, a) < slices.Index(policies, b) }

// walkNames are the domains that are asked for a policy, in order: the domain
// itself, then its parents. A name of eight labels or more goes on with seven.
func walkNames(domain string) []string {
	names := []string{domain}
	labels := strings.Split(domain, ".")
	for i := max(1, len(labels)-maxWalk+1); i < len(labels); i++ {
		names = append(names, strings.Join(labels[i:], "."))
	}
	return names
}

// lookDMARC walks the tree (sections 4.10 to 4.10.2).
func lookDMARC(ctx context.Context, s *session, domain string) (DMARC, error) {
	var d DMARC
	var found []DMARC
	for _, name := range walkNames(domain) {
		records, _, err := s.texts(ctx, "_dmarc."+name, isDMARC)
		if err != nil {
			return DMARC{}, err
		}
		if len(records) > 1 {
			d.Repeated = append(d.Repeated, name)
		}
		if len(records) != 1 {
			continue
		}
		record := parseDMARC(records[0])
		found = append(found, DMARC{Record: record, At: name})
		if name == domain || record.PSD != "u" {
			break // what stands above changes nothing
		}
	}
	if len(found) == 0 {
		return d, nil
	}
	// The domain's own record applies, else its organisation's, else that of the
	// public suffix.
	applies := found[0]
	if applies.At != domain {
		applies = ofOrganisation(found)
	}
	applies.Repeated = d.Repeated
	applies.Policy, applies.Subdomains, applies.Invented = applies.Record.effective()
	if applies.At != domain {
		applies.Policy = applies.Subdomains
		return applies, nil
	}
	applies.Refused = lookRefused(ctx, s, domain, applies.Record.Reports)
	return applies, nil
}

// lookHostDMARC looks for a record at a host below the domain, which replaces the
// domain's for mail from there.
func lookHostDMARC(ctx context.Context, s *session, host, domain string) (DMARC, error) {
	if host == domain {
		return DMARC{}, nil
	}
	records, _, err := s.texts(ctx, "_dmarc."+host, isDMARC)
	if err != nil || len(records) != 1 {
		return DMARC{}, err
	}
	d := DMARC{Record: parseDMARC(records[0]), At: host}
	d.Policy, d.Subdomains, d.Invented = d.Record.effective()
	return d, nil
}

// lookRefused returns the other domains among the addresses for reports that have no
// record with which they take reports about domain. One that gave no answer is left out.
func lookRefused(ctx context.Context, s *session, domain string, addresses []string) []string {
	var asked, refused []string
	for _, address := range addresses {
		host := reportHost(address)
		if own, _ := registrable(host); host == "" || own == domain || slices.Contains(asked, host) || len(asked) == maxReports {
			continue
		}
		asked = append(asked, host)
		records, _, err := s.texts(ctx, domain+"._report._dmarc."+host, isDMARC)
		if err == nil && len(records) == 0 {
			refused = append(refused, host)
		}
	}
	return refused
}

// ofOrganisation picks from the records above a domain, those with the most labels
// first. The last one is the organisation's, unless it says that it is a public
// suffix: the organisation is then one label below, where it may have none.
func ofOrganisation(found []DMARC) DMARC {
	last := found[len(found)-1]
	if len(found) == 1 || last.Record.PSD != "y" {
		return last
	}
	if below := found[len(found)-2]; strings.Count(below.At, ".") == strings.Count(last.At, ".")+1 {
		return below
	}
	return last
}
