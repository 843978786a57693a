package check

import (
	"context"
	"net/http"
	"strings"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

const securityTxtPath = "/.well-known/security.txt"

func init() {
	register(Check{
		ID: "security-txt", Title: "A contact for reports of security holes", Area: AreaProcess,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Info,
		Impact:      "People who find a hole, and many look without bad intent, do not know whom to tell. They give up, or they publish.",
		Remediation: "Put a text file at /.well-known/security.txt and renew its date once a year:\n\n    Contact: mailto:security@YOUR.NAME\n    Expires: 2027-12-31T00:00:00Z\n    Preferred-Languages: en",
		References:  []string{"https://www.rfc-editor.org/rfc/rfc9116", "https://securitytxt.org/"},
		Controls:    controls(disclosure),
		Run:         runSecurityTxt,
	})
}

func runSecurityTxt(ctx context.Context, site *Site) Result {
	answer, err := site.Ask(ctx, http.MethodGet, securityTxtPath, nil)
	if err != nil {
		return skip("The site did not answer when it was asked for %s.", securityTxtPath)
	}
	if answer.Status >= 300 && answer.Status < 400 {
		return skip("%s redirects elsewhere, which this audit does not follow.", securityTxtPath)
	}
	if answer.Status >= 500 || answer.Status == http.StatusTooManyRequests || answer.BodyErr != nil {
		return skip("The site could not answer when it was asked for %s.", securityTxtPath)
	}
	fields := securityFields(answer)
	expires := fields["expires"]
	when, err := time.Parse(time.RFC3339, expires)
	switch {
	case fields["contact"] == "":
		return fail(Finding{Title: "There is no contact for security reports", Severity: auditapi.Info,
			Evidence: lines(at(answer), "No text file with a line that begins with Contact:")})
	case expires == "" || err != nil:
		return fail(Finding{Title: "The contact for security reports lacks its date", Severity: auditapi.Info,
			Evidence: lines(at(answer), "Expires: "+quote(expires)),
			Impact:   "Without a valid Expires line, tools and people do not trust the contact to be current."})
	case when.Before(site.Now):
		return fail(Finding{Title: "The contact for security reports has expired", Severity: auditapi.Info,
			Evidence: lines(at(answer), "Expires: "+quote(expires)),
			Impact:   "People who find a hole cannot rely on the contact any more."})
	}
	return pass()
}

// securityFields reads the first of each field. A page that answers every path the
// same way is not a security.txt.
func securityFields(r *guard.Response) map[string]string {
	fields := map[string]string{}
	if r.Status != http.StatusOK || isHTML(r) {
		return fields
	}
	for line := range strings.SplitSeq(string(r.Body[:min(len(r.Body), 64<<10)]), "\n") {
		name, value, found := strings.Cut(line, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		if found && !strings.HasPrefix(name, "#") && fields[name] == "" {
			fields[name] = strings.TrimSpace(value)
		}
	}
	return fields
}
