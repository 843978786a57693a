package check

import (
	"fmt"
	"slices"

	"doorstep.example/services/audit-engine/internal/dnsprobe"
)

// naming are the clauses on networks and on the exchange of messages.
var naming = slices.Concat(
	clauses(soc2, "CC6.6"), clauses(iso27001, "A.5.14", "A.8.21"), clauses(csf, "PR.DS-02", "PR.IR-01"),
	clauses(gdpr, "Art. 32(1)(b)"), clauses(hipaa, "164.312(e)(1)"))

// Hosts returns the hosts that the page loads things from, without repeats.
func (p *Page) Hosts() []string {
	var names []string
	for _, r := range p.Document().Resources {
		if name := r.URL.Hostname(); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// noDNS says why the DNS was not looked at, or "".
func (s *Site) noDNS() string {
	switch {
	case s.DNS != nil:
		return ""
	case s.NoDNS != "":
		return s.NoDNS
	}
	return "The DNS was not looked at."
}

// noDomain says why the records of the domain cannot be judged, or "".
func (s *Site) noDomain() string {
	if reason := s.noDNS(); reason != "" {
		return reason
	}
	if s.DNS.Provider != "" {
		return fmt.Sprintf("%s lies below %s, which many customers share: its DNS and mail are the provider's.", s.Host, s.DNS.Provider)
	}
	return ""
}

// unknown is the result for a fact that could not be established.
func unknown(reason string) Result {
	return skip("This could not be looked up: %s.", quote(reason))
}

// takesMail reports whether the domain has mail servers.
func takesMail(f *dnsprobe.Facts) bool { return len(f.MX.Value.Hosts) > 0 }
