package check

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/dnsprobe"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "dns-dane", Title: "Certificates announced in the DNS (DANE)", Area: AreaDNS,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "Programs that check DANE, such as other people's mail servers, take the announcement for a promise. They refuse the connection when it does not hold, and are not protected when it cannot be used.",
		Remediation: "DANE is voluntary: with TLSA records there must be DNSSEC, and they must name the certificate in use. Take out records that nobody looks after, or publish the digest of the server's key:\n\n" +
			"    openssl x509 -in fullchain.pem -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum\n\n" +
			"    _443._tcp.YOUR.NAME.  TLSA 3 1 1 DIGEST\n    _25._tcp.YOUR.MAIL.SERVER.  TLSA 3 1 1 DIGEST\n\n" +
			"Keep the key when the certificate is renewed (certbot --reuse-key), or publish the digest of the next key some days before it is used.",
		References: []string{"https://www.rfc-editor.org/rfc/rfc6698", "https://www.rfc-editor.org/rfc/rfc7671", "https://www.rfc-editor.org/rfc/rfc7672"},
		Controls:   controls(naming),
		Pageless:   true,
		Run:        runDANE,
	})
}

// Bounds of the evidence.
const (
	maxTLSALines = 8
	maxTLSAText  = 76 // characters: a record with a digest of 32 bytes
)

// noPort25 goes with what is said about mail servers.
const noPort25 = "This audit does not connect to mail servers, so whether their certificates match was not looked at."

func runDANE(_ context.Context, site *Site) Result {
	if reason := site.noDomain(); reason != "" {
		return skip("%s", reason)
	}
	web := site.DNS.TLSA
	unclear := web.Unknown
	var unsigned, unusable []string
	for i, service := range append([]dnsprobe.Fact[dnsprobe.TLSA]{web}, site.DNS.MailTLSA...) {
		mail := i > 0
		if service.Unknown != "" {
			unclear = service.Unknown
			continue
		}
		for _, r := range service.Value.Records {
			line := describeTLSA(service.Value, r)
			if !service.Value.Signed {
				unsigned = append(unsigned, line)
			}
			if why := uselessTLSA(r, mail); why != "" {
				unusable = append(unusable, line+": "+why)
			}
		}
	}
	var findings []Finding
	report := func(title, impact string, records []string) {
		if len(records) == 0 {
			return
		}
		evidence := records[:min(len(records), maxTLSALines)]
		if slices.ContainsFunc(records, func(r string) bool { return strings.HasPrefix(r, "_25.") }) {
			evidence = append(slices.Clone(evidence), noPort25)
		}
		findings = append(findings, Finding{Title: title, Severity: auditapi.Low, Evidence: lines(evidence...), Impact: impact})
	}
	mismatch := judgeTLSA(site)
	findings = append(findings, mismatch.Findings...)
	report("The DANE records count for nothing without DNSSEC", "The records are not signed, so a forged answer cannot be told from a true one. Programs that check DANE pass them over.", unsigned)
	report("DANE records that cannot be used", "Programs that check DANE pass these records over. If no other is left, nothing is protected.", unusable)
	switch {
	case len(findings) > 0:
		return fail(findings...)
	case unclear != "":
		return unknown(unclear)
	}
	return mismatch
}

func describeTLSA(service dnsprobe.TLSA, r dnsprobe.TLSARecord) string {
	text := r.String()
	if len(text) > maxTLSAText {
		text = text[:maxTLSAText] + "…"
	}
	return quote(service.Name + " " + text)
}

// uselessTLSA says why clients pass a record over, or "". Mail servers know no list of
// authorities, so for them only two of the usages mean anything (RFC 7672 section 3.1.3).
func uselessTLSA(r dnsprobe.TLSARecord, mail bool) string {
	if r.Problem == "" && mail && r.Usage != dnsprobe.DANETA && r.Usage != dnsprobe.DANEEE {
		return fmt.Sprintf("mail servers do not use the certificate usage %d", r.Usage)
	}
	return r.Problem
}

// judgeTLSA compares what a signed zone announces for the site with what it sends.
func judgeTLSA(site *Site) Result {
	tlsa := site.DNS.TLSA
	usable := slices.DeleteFunc(slices.Clone(tlsa.Value.Records), func(r dnsprobe.TLSARecord) bool { return r.Problem != "" })
	switch {
	case tlsa.Unknown != "", !tlsa.Value.Signed, len(usable) == 0:
		return pass()
	case site.TLS == nil:
		return skip("%s", site.NoTLS)
	case len(site.TLS.Certificates) == 0 || len(site.TLS.Unreadable) > 0:
		return skip("The DNS announces the site's certificate, which this audit could not read.")
	}
	var outside []string
	for _, chain := range site.TLS.Certificates {
		if !announced(site, chain, usable) {
			outside = append(outside, "Sent, and not announced: "+short(chain[0].Subject.String())+", issued by "+short(chain[0].Issuer.String()))
		}
	}
	evidence := []string{site.TLS.Address}
	for _, r := range usable[:min(len(usable), maxTLSALines)] {
		evidence = append(evidence, describeTLSA(tlsa.Value, r))
	}
	evidence = append(evidence, outside...)
	switch {
	case len(outside) == 0:
		return pass()
	case !trustKnown(site, usable):
		return skip("The DNS announces an authority for the site's certificate, and this audit could not find out which authorities stand behind it.")
	case len(outside) < len(site.TLS.Certificates):
		return fail(Finding{Title: "A certificate of the site is not announced in DANE", Severity: auditapi.Low, Evidence: lines(evidence...),
			Impact: "The site has several certificates. Programs that check DANE refuse the site when they are sent one that the DNS does not announce."})
	}
	return fail(Finding{Title: "The site's certificate is not the one announced (DANE)", Severity: auditapi.Medium, Evidence: lines(evidence...),
		Impact: "Programs that check DANE refuse the site: for them, its certificate is somebody else's."})
}

// trustKnown reports whether a record about an authority can be judged: those are often
// about a root, which is not sent.
func trustKnown(site *Site, records []dnsprobe.TLSARecord) bool {
	authority := slices.ContainsFunc(records, func(r dnsprobe.TLSARecord) bool { return r.Usage == dnsprobe.PKIXTA })
	return !authority || !slices.ContainsFunc(site.TLS.Certificates, func(chain []*x509.Certificate) bool { return !trusted(site, chain) })
}

// announced reports whether one of the records is about the chain.
func announced(site *Site, chain []*x509.Certificate, records []dnsprobe.TLSARecord) bool {
	authorities := slices.Clone(chain) // a certificate may be its own authority
	if site.Roots != nil {
		if path, err := verify(site, chain); err == nil {
			authorities = append(authorities, path...)
		}
	}
	return slices.ContainsFunc(records, func(r dnsprobe.TLSARecord) bool {
		switch r.Usage {
		case dnsprobe.PKIXEE, dnsprobe.DANEEE:
			return matches(r, chain[0])
		case dnsprobe.DANETA:
			if announcedIssuer(r, chain) {
				return true
			}
		}
		return slices.ContainsFunc(authorities, func(c *x509.Certificate) bool { return matches(r, c) })
	})
}
