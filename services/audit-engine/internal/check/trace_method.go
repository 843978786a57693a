package check

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
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
			if answer.Status != http.StatusOK || !isEcho(answer) || site.echoes(ctx) {
				return pass()
			}
			return fail(Finding{Title: "The server sends requests back (TRACE)", Severity: auditapi.Medium,
				Evidence: lines("TRACE / with the header "+traceMark, at(answer), "The answer repeats the request with that header.")})
		},
	})
}

// isEcho reports whether the answer is the request as it arrived: its first line, then
// its header (RFC 9110, 9.3.8), or the header alone. A page that shows visitors what they
// sent is none.
func isEcho(answer *guard.Response) bool {
	return !isHTML(answer) && bytes.Contains(bytes.ToLower(answer.Body), []byte(strings.ToLower(traceMark)))
}

// echoes reports a site that repeats the header of every request, whatever the method.
func (s *Site) echoes(ctx context.Context) bool {
	answer, err := s.Ask(ctx, http.MethodGet, "/", http.Header{traceMark: {"1"}})
	return err == nil && answer.Status == http.StatusOK && isEcho(answer)
}
