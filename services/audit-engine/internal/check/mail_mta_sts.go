package check

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/dnsprobe"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

// policyTime is how long a policy file may take.
const policyTime = 8 * time.Second

func init() {
	register(Check{
		ID: "mail-mta-sts", Title: "Encryption of email on its way to the domain (MTA-STS)", Area: AreaDNS,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "Email servers encrypt when both sides offer it, and deliver in the clear when somebody in between takes the offer out. That somebody reads, and may change, the email to your domain.",
		Remediation: "Publish a policy at https://mta-sts.YOUR.DOMAIN/.well-known/mta-sts.txt, with a certificate that visitors trust:\n\n" +
			"    version: STSv1\n    mode: testing\n    mx: mail.YOUR.DOMAIN\n    max_age: 86400\n\n" +
			"Announce it in the DNS, with another id whenever the file changes:\n\n    _mta-sts.YOUR.DOMAIN.  TXT \"v=STSv1; id=20260101\"\n\n" +
			"When the reports of TLS-RPT are clean, change to mode: enforce and max_age: 2419200.",
		References: []string{"https://www.rfc-editor.org/rfc/rfc8461", "https://www.ncsc.gov.uk/collection/email-security-and-anti-spoofing"},
		Controls:   controls(naming),
		Pageless:   true,
		Run:        runMTASTS,
	})
}

func runMTASTS(ctx context.Context, site *Site) Result {
	if reason := site.noDomain(); reason != "" {
		return skip("%s", reason)
	}
	sts, mx := site.DNS.MTASTS, site.DNS.MX
	switch {
	case mx.Unknown != "":
		return unknown(mx.Unknown)
	case !takesMail(site.DNS):
		return pass()
	case sts.Unknown != "":
		return unknown(sts.Unknown)
	case len(sts.Value.Records) == 0 && announcesMail(site.DNS):
		return pass() // DANE insists on encryption too
	case len(sts.Value.Records) == 0:
		return fail(Finding{Title: "Encryption of incoming email is not insisted on", Severity: auditapi.Low,
			Evidence: "There is no TXT record that begins with v=STSv1 at _mta-sts." + site.DNS.Domain + "."})
	case sts.Value.Problem != "":
		return fail(Finding{Title: "The MTA-STS record is wrong, so senders pass it over", Severity: auditapi.Low,
			Evidence: lines("_mta-sts."+site.DNS.Domain+": "+quote(sts.Value.Records[0]), quote(sts.Value.Problem))})
	}
	return judgePolicyFile(ctx, site)
}

// announcesMail reports whether senders that check DANE encrypt to every mail server of
// the domain: where they are, and their keys, is signed (RFC 7672 section 2.2).
func announcesMail(f *dnsprobe.Facts) bool {
	return f.DNSSEC.Value.Signed && len(f.MailTLSA) == len(f.MX.Value.Hosts) &&
		!slices.ContainsFunc(f.MailTLSA, func(server dnsprobe.Fact[dnsprobe.TLSA]) bool {
			usable := slices.ContainsFunc(server.Value.Records, func(r dnsprobe.TLSARecord) bool { return uselessTLSA(r, true) == "" })
			return !server.Value.Signed || !usable
		})
}

// judgePolicyFile reads the policy as senders do: without redirects, and with a
// certificate that is valid for the name (RFC 8461 section 3.3).
func judgePolicyFile(ctx context.Context, site *Site) Result {
	host := "mta-sts." + site.DNS.Domain
	where := "https://" + host + "/.well-known/mta-sts.txt"
	unusable := func(why string) Result {
		return fail(Finding{Title: "The MTA-STS policy cannot be used", Severity: auditapi.Low, Evidence: lines(where, quote(why)),
			Impact: "The DNS announces a policy that senders cannot get, so they deliver without it."})
	}
	limited, cancel := context.WithTimeout(ctx, policyTime)
	defer cancel()
	answer, err := site.AskHost(limited, where)
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Code == auditapi.CodeDNSFailed && e.Kind == errs.Unprocessable {
		return unusable("The name " + host + " does not exist in the DNS.")
	}
	switch {
	case err != nil:
		return skip("The policy at %s could not be fetched.", where)
	case answer.Status == http.StatusTooManyRequests || answer.Status >= 500 || (answer.Status == http.StatusOK && answer.BodyErr != nil):
		return skip("The policy at %s could not be fetched at the moment.", where)
	case answer.Status != http.StatusOK:
		return unusable(fmt.Sprintf("The answer was %d %s; senders accept 200 alone.", answer.Status, http.StatusText(answer.Status)))
	}
	if err := verifyHost(answer, host, site); err != nil {
		return unusable("The certificate is not valid for senders: " + err.Error())
	}
	policy, err := dnsprobe.ParseSTSPolicy(answer.Body)
	if err != nil {
		return unusable("The file is no policy: " + err.Error() + ".")
	}
	result := judgePolicy(site, where, policy)
	if media, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type")); err == nil && media != "text/plain" {
		result.Findings = append(result.Findings, Finding{Title: "The MTA-STS policy is not sent as plain text", Severity: auditapi.Low,
			Evidence: lines(where, headerLine(answer.Header, "Content-Type")),
			Impact:   "The standard asks senders to make sure that the file is text/plain. Those that do pass the policy over."})
	}
	return result
}

// verifyHost reports why the certificate that an answer came with is not valid.
func verifyHost(answer *guard.Response, host string, site *Site) error {
	if answer.TLS == nil || len(answer.TLS.PeerCertificates) == 0 || site.Roots == nil {
		return nil // nothing to compare with
	}
	chain := answer.TLS.PeerCertificates
	intermediates := x509.NewCertPool()
	for _, certificate := range chain[1:] {
		intermediates.AddCert(certificate)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{DNSName: host, Roots: site.Roots, Intermediates: intermediates, CurrentTime: site.Now})
	return err
}

func judgePolicy(site *Site, where string, policy dnsprobe.STSPolicy) Result {
	evidence := lines(where, quote("mode: "+policy.Mode+"; mx: "+strings.Join(policy.MX, ", ")))
	switch policy.Mode {
	case dnsprobe.ModeNone:
		return fail(Finding{Title: "The MTA-STS policy is switched off", Severity: auditapi.Low, Evidence: evidence})
	case dnsprobe.ModeTesting, dnsprobe.ModeEnforce:
	}
	var outside []string
	for _, host := range site.DNS.MX.Value.Hosts {
		if !policy.Covers(host) {
			outside = append(outside, host)
		}
	}
	switch {
	case len(outside) > 0 && policy.Mode == dnsprobe.ModeEnforce:
		return fail(Finding{Title: "The MTA-STS policy shuts out a mail server of yours", Severity: auditapi.Medium,
			Evidence: lines(evidence, "Not in it: "+quote(strings.Join(outside, ", "))),
			Impact:   "Senders that keep to the policy do not deliver to this server, so email is late or lost."})
	case len(outside) > 0:
		return fail(Finding{Title: "The MTA-STS policy lacks a mail server of yours", Severity: auditapi.Low,
			Evidence: lines(evidence, "Not in it: "+quote(strings.Join(outside, ", "))),
			Impact:   "If the policy were enforced as it is, senders would not deliver to this server."})
	case policy.Mode == dnsprobe.ModeTesting:
		return fail(Finding{Title: "The MTA-STS policy is still in testing", Severity: auditapi.Info, Evidence: evidence,
			Impact: "Senders report what would fail and deliver anyway, so nothing is protected yet."})
	case policy.MaxAge < day:
		return fail(Finding{Title: "The MTA-STS policy is remembered for a short time", Severity: auditapi.Info,
			Evidence: lines(evidence, fmt.Sprintf("max_age: %d seconds; the standard expects weeks.", int(policy.MaxAge.Seconds()))),
			Impact:   "A sender that has not written for longer than that begins without the policy, and somebody in between can keep it away from it."})
	}
	return pass()
}
