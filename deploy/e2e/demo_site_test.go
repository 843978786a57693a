package e2e_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"doorstep.example/deploy/e2e/stack"
	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/config"
)

// planted is what the audit must say of each weakness of the demo target: a check and
// the severity of a finding of it.
var planted = map[string]string{
	"tls-1.0": "tls-old-versions medium", "tls-1.1": "tls-old-versions medium", "tls-3des": "tls-weak-suites medium", "tls-static-rsa": "tls-forward-secrecy low",
	"cert-self-signed": "certificate-trust high", "cert-expires-soon": "certificate-expiry low", "cert-wrong-name": "certificate-name high",
	"http-no-redirect": "https-redirect high", "hsts-missing": "hsts medium", "csp-missing": "csp-present medium", "framing-allowed": "framing medium",
	"nosniff-missing": "nosniff low", "referrer-policy-missing": "referrer-policy info",
	"cookie-not-secure": "cookie-secure high", "cookie-readable": "cookie-httponly medium", "cookie-cross-site": "cookie-samesite low",
	"banner-server": "version-banner low", "banner-powered-by": "end-of-life medium", "mixed-script": "mixed-content high", "mixed-image": "mixed-content low",
	"script-without-sri": "sri low", "library-outdated": "vulnerable-libraries medium",
	"login-over-http": "https-redirect high", "login-no-token": "login-form low", "login-no-limit": "probe-rate-limit low",
	"git-exposed": "exposed-vcs critical", "env-exposed": "exposed-secrets critical", "directory-listing": "directory-listing medium", "database-dump": "directory-listing medium",
	"cors-reflected": "cors high", "metrics-public": "exposed-status medium", "robots-hint": "robots-hints info", "security-txt-missing": "security-txt info",
}

// The demo site's own list of its faults and the audit's agree: each planted one is
// found, over TLS or over plain http.
func TestDemoSiteIsAuditedTruly(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *stack.Config) { c.Without = []string{stack.Storefront, stack.Mailer, stack.Sandbox} })
	resp, body, err := s.Fetch(t.Context(), http.MethodGet, "http://"+s.Addrs[stack.VarTargetHTTP]+"/weaknesses.json", nil, nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the list of weaknesses: %+v (%v)", resp, err)
	}
	var weaknesses []struct{ ID, What string }
	if err := json.Unmarshal(body, &weaknesses); err != nil || len(weaknesses) == 0 {
		t.Fatalf("%d weaknesses (%v)", len(weaknesses), err)
	}
	engine := auditapi.Client{BaseURL: s.EngineURL(), Token: config.Secret(s.Token)}
	var found []string
	for _, target := range []string{s.TargetURL(), "http://" + s.Addrs[stack.VarTargetHTTP] + "/"} {
		report, _, err := engine.Audit(t.Context(), auditapi.Request{TargetURL: target, Tier: auditapi.TierRedTeam, OrderID: "demo", ReportID: "AR-DEMO"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if report.Grade != "F" {
			t.Errorf("%s has grade %s", target, report.Grade)
		}
		for _, f := range report.Findings {
			found = append(found, f.Check+" "+string(f.Severity))
		}
	}
	for _, w := range weaknesses {
		if want := planted[w.ID]; want == "" || !slices.Contains(found, want) {
			t.Errorf("%s (%s): want the finding %q in:\n%s", w.ID, w.What, want, strings.Join(found, "\n"))
		}
	}
}
