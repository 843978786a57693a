package check

import (
	"fmt"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// minDH is the smallest prime of Diffie-Hellman that is still considered safe, in bits
// (RFC 9325, 4.4).
const minDH = 2048

func init() {
	register(Check{
		ID: "tls-dh", Title: "Strength of the Diffie-Hellman key exchange", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "The keys of connections with Diffie-Hellman are only as strong as its prime. One of 1024 bits or less is within reach of well-equipped attackers, who can read recorded connections; once a prime that many servers share is broken, all of them are (Logjam).",
		Remediation: serverConfig("Leave Diffie-Hellman over primes (DHE) out: browsers use elliptic curves (ECDHE) instead. Where old clients need it, use a group of RFC 7919 with 2048 bits or more.",
			"ssl_ciphers "+modernCiphers+";\n# or, with DHE, a group of RFC 7919 (for instance from https://ssl-config.mozilla.org/ffdhe2048.txt):\nssl_dhparam /etc/nginx/ffdhe2048.txt;",
			"SSLCipherSuite "+modernCiphers+"\n# or, with DHE and Apache 2.4.7 or later, a group of RFC 7919:\nSSLOpenSSLConfCmd DHParameters \"/etc/apache2/ffdhe2048.txt\"",
			"# Caddy has no Diffie-Hellman over primes."),
		References: []string{"https://weakdh.org/", "https://www.rfc-editor.org/rfc/rfc7919", "https://www.rfc-editor.org/rfc/rfc9325#section-4.4"},
		Controls:   controls(transportCrypto, "12.1.2"),
		Pageless:   true,
		Run:        ofTLS(judgeDH),
	})
}

// judgeDH gives each group the first fault that it has. A well-known safe prime of 2048
// bits or more passes: to share it costs nothing, breaking one is out of reach.
func judgeDH(t *TLS) Result {
	var findings []Finding
	for _, g := range t.DH {
		f := Finding{Severity: auditapi.High, Evidence: lines(t.Address, describeDH(g))}
		switch {
		case g.Export:
			f.Title = "Export Diffie-Hellman is accepted"
			f.Impact = "The server uses Diffie-Hellman at a strength that was weakened on purpose in the 1990s. An attacker on the way can push visitors down to it and read along (Logjam)."
		case g.Bits < minDH:
			f.Title = "The prime of Diffie-Hellman is too short"
		case g.SafePrime == tlsprobe.No:
			f.Title = "The prime of Diffie-Hellman is not a safe one"
			f.Impact = "The prime does not have the form that makes Diffie-Hellman hold in every case. Depending on how the server uses it, parts of its secret can be worked out; a prime without a documented origin may even be a back door."
		default:
			continue
		}
		findings = append(findings, f)
	}
	dhe := func(s tlsprobe.Suite) bool { return s.KeyExchange == "DHE" }
	if len(t.DH) == 0 && t.uses(dhe) {
		return skip("The server accepts Diffie-Hellman, but its parameters could not be read.")
	}
	return t.verdict(merge(findings))
}

func describeDH(g tlsprobe.DHGroup) string {
	text := fmt.Sprintf("Prime of %d bits", g.Bits)
	if g.Known() {
		text += ", known from: " + g.Name
	}
	if g.SafePrime == tlsprobe.No {
		text += ", not a safe prime"
	}
	return lines(text, fmt.Sprintf("SHA-256 of the prime: %.64s", g.Prime))
}
