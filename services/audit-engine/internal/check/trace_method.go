package check

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

// traceMark is a header that an echo repeats.
const traceMark = "X-Audit-Echo"

func init() {
	register(Check{
		ID: "trace-method", Title: "The TRACE method is switched off", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "TRACE sends a request back as it arrived, with headers that proxies have added and cookies that scripts must not see. It helps attackers and nobody else.",
		Remediation: serverConfig("Switch TRACE off.",
			"if ($request_method = TRACE) { return 405; }  # nginx refuses TRACE by itself; the echo comes from the application behind it",
			"TraceEnable Off",
			"@trace method TRACE\nrespond @trace 405"),
		References: []string{"https://www.rfc-editor.org/rfc/rfc9110#section-9.3.8", "https://owasp.org/www-community/attacks/Cross_Site_Tracing"},
		Controls:   controls(hardening, "13.4.4"),
		Run: func(ctx context.Context, site *Site) Result {
			answer, err := site.Ask(ctx, http.MethodTrace, "/", http.Header{traceMark: {"1"}})
			if err != nil {
				return skip("The site did not answer to the TRACE method.")
			}
			if answer.Status != http.StatusOK || !isEcho(answer.Body) {
				return pass()
			}
			return fail(Finding{Title: "The server sends requests back (TRACE)", Severity: auditapi.Medium,
				Evidence: lines("TRACE / with the header "+traceMark, at(answer), "The answer repeats the request with that header.")})
		},
	})
}

// isEcho reports whether body is the request as it arrived: its first line, then its
// header (RFC 9110, 9.3.8). A page that shows visitors what they sent is none.
func isEcho(body []byte) bool {
	return bytes.HasPrefix(body, []byte("TRACE ")) && bytes.Contains(bytes.ToLower(body), []byte(strings.ToLower(traceMark)+":"))
}
