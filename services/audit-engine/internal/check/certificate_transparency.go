package check

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "certificate-transparency", Title: "Certificate in the public logs (Certificate Transparency)", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact:      "Browsers want proof that a certificate of a public authority stands in public logs, where its owner would notice a false one. Chrome, Safari and Firefox show a full-page warning when the proof is missing.",
		Remediation: renewCertificate,
		References:  []string{"https://www.rfc-editor.org/rfc/rfc6962", "https://googlechrome.github.io/CertificateTransparency/ct_policy.html", "https://support.apple.com/en-us/103214"},
		Controls:    controls(transportCrypto, "12.2.2"),
		Pageless:    true,
		Run:         ofCertificates(judgeTransparency),
	})
}

// publicPolicies are the policies of which a certificate must claim one when a public
// authority issues it: the Baseline Requirements of the CA/Browser Forum, section
// 7.1.6.1 (domain, organization or individual validated), and its EV Guidelines.
var publicPolicies = []asn1.ObjectIdentifier{
	{2, 23, 140, 1, 2, 1}, {2, 23, 140, 1, 2, 2}, {2, 23, 140, 1, 2, 3}, {2, 23, 140, 1, 1},
}

// public reports whether the certificate is a public authority's. A trusted path alone
// does not tell: the audit may have been given authorities of its owner's, and browsers
// ask no logs about those.
func public(site *Site, chain []*x509.Certificate) bool {
	return trusted(site, chain) && slices.ContainsFunc(publicPolicies, func(policy asn1.ObjectIdentifier) bool {
		return slices.ContainsFunc(chain[0].PolicyIdentifiers, policy.Equal)
	})
}

// What browsers ask for: two logs, or three where the proofs of a long-lived certificate
// stand in the certificate itself (policies of Chrome and Apple).
const (
	fewLogs, manyLogs = 2, 3
	shortLived        = 180 * day
	// clockError is how much the clocks of a log and of this audit may differ.
	clockError = time.Hour
	// maxStamps is how many timestamps stand in an evidence.
	maxStamps = 6
)

func judgeTransparency(site *Site, chain []*x509.Certificate) Result {
	if site.Roots == nil {
		return skip("The audit had no list of public authorities, whose certificates this is about.")
	}
	if !public(site, chain) {
		return pass()
	}
	leaf := chain[0]
	seen := site.TLS.timestamps(leaf)
	needed := fewLogs
	if leaf.NotAfter.Sub(leaf.NotBefore) > shortLived && !seen.handedOver {
		needed = manyLogs
	}
	evidence := lines(site.TLS.Address, describeCertificate(leaf), seen.describe())
	logs := seen.logs()
	late := slices.ContainsFunc(seen.stamps, func(s timestamp) bool { return s.At.After(site.Now.Add(clockError)) })
	switch {
	case late:
		return fail(Finding{
			Title: "A log's timestamp for the certificate is in the future", Severity: auditapi.Low, Evidence: evidence,
			Impact: "Browsers do not count a proof that is dated in the future, and warn when too few others are left.",
		})
	case logs >= needed:
		return pass()
	case !seen.asked:
		return skip("The server could not be asked for all proofs that the certificate stands in public logs.")
	case logs == 0:
		return fail(Finding{Title: "No proof that the certificate is in public logs", Severity: auditapi.Low, Evidence: evidence})
	}
	return fail(Finding{Title: "Too few public logs vouch for the certificate", Severity: auditapi.Low,
		Evidence: lines(evidence, fmt.Sprintf("Browsers want at least %d logs for this certificate.", needed))})
}

// stampsSeen are the timestamps of a certificate, by whatever way they came.
type stampsSeen struct {
	stamps     []timestamp
	text       []string
	handedOver bool // at least one came with the handshake or in the stapled answer
	asked      bool // all ways were looked at
}

// timestamps gathers what the certificate, the handshake and the stapled answer hold.
func (t *TLS) timestamps(leaf *x509.Certificate) stampsSeen {
	var seen stampsSeen
	seen.add("in the certificate", extensionList(leaf.Extensions, oidTimestamps))
	for _, sent := range t.Timestamps {
		if bytes.Equal(sent.Leaf, leaf.Raw) {
			seen.asked = true
			seen.handedOver = seen.add("with the handshake", sent.List) || seen.handedOver
		}
	}
	if len(t.Features.OCSP) > 0 {
		proof := t.staple(leaf)
		if proof == nil {
			seen.asked = false // it is of another certificate, and this one's was not kept
			return seen
		}
		seen.handedOver = seen.add("in the stapled answer", extensionList(proof.Extensions, oidStapledTimestamps)) || seen.handedOver
	}
	return seen
}

// add reads a list and reports whether it held a timestamp.
func (s *stampsSeen) add(where string, list []byte) bool {
	if len(list) == 0 {
		return false
	}
	stamps, err := parseTimestamps(list)
	if err != nil {
		s.text = append(s.text, "The list "+where+" cannot be read: "+err.Error()+".")
		return false
	}
	for _, stamp := range stamps {
		s.stamps = append(s.stamps, stamp)
		s.text = append(s.text, fmt.Sprintf("Log %x… vouches %s, on %s", stamp.Log[:8], where, stamp.At.UTC().Format(time.DateTime)))
	}
	return len(stamps) > 0
}

func (s *stampsSeen) logs() int {
	logs := map[[32]byte]bool{}
	for _, stamp := range s.stamps {
		logs[stamp.Log] = true
	}
	return len(logs)
}

// describe says what was seen. The logs' signatures are not verified: their keys stand
// in lists that change.
func (s *stampsSeen) describe() string {
	text := slices.Clone(s.text[:min(len(s.text), maxStamps)])
	return lines(append(text, fmt.Sprintf("Different logs that vouch for it: %d (in the certificate, the handshake and the stapled answer together).", s.logs()))...)
}
