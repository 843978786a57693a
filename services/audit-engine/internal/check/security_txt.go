package check

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

// Where RFC 9116 wants the file, and where it was before.
const (
	securityTxtPath    = "/.well-known/security.txt"
	oldSecurityTxtPath = "/security.txt"
)

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
	answer, reason := securityTxt(ctx, site, securityTxtPath)
	if reason != "" {
		return skip("%s", reason)
	}
	fields := securityFields(answer)
	if len(fields["contact"]) > 0 {
		return fail(judgeSecurityTxt(site, answer, fields)...)
	}
	if old, reason := securityTxt(ctx, site, oldSecurityTxtPath); reason == "" && len(securityFields(old)["contact"]) > 0 {
		return fail(Finding{Title: "The contact for security reports is in the old place", Severity: auditapi.Info,
			Evidence:    lines(at(answer), at(old)),
			Impact:      "The file is looked for at /.well-known/security.txt. Tools that keep to the standard do not find it.",
			Remediation: "Move the file /security.txt to /.well-known/security.txt, or let the new address lead to it."})
	}
	return fail(Finding{Title: "There is no contact for security reports", Severity: auditapi.Info,
		Evidence: lines(at(answer), "No text file with a line that begins with Contact:")})
}

// securityTxt asks for the file. One redirect within the site is followed. reason
// says why nothing is known.
func securityTxt(ctx context.Context, site *Site, path string) (answer *guard.Response, reason string) {
	for range 2 {
		var err error
		if answer, err = site.Ask(ctx, http.MethodGet, path, nil); err != nil {
			return nil, "The site did not answer when it was asked for " + securityTxtPath + "."
		}
		if answer.Status < 300 || answer.Status >= 400 {
			break
		}
		next, err := answer.URL.Parse(answer.Header.Get("Location"))
		if err != nil || next.Scheme != answer.URL.Scheme || next.Host != answer.URL.Host {
			return nil, securityTxtPath + " redirects elsewhere, which this audit does not follow."
		}
		path = next.EscapedPath()
	}
	switch {
	case answer.Status >= 300 && answer.Status < 400:
		return nil, securityTxtPath + " redirects more than once, which this audit does not follow."
	case answer.Status >= 500, answer.Status == http.StatusTooManyRequests, answer.BodyErr != nil:
		return nil, "The site could not answer when it was asked for " + securityTxtPath + "."
	}
	return answer, ""
}

// judgeSecurityTxt holds a file that names a contact against RFC 9116, 2.5. The worst
// comes first and alone: a file that has expired needs to be written anew.
func judgeSecurityTxt(site *Site, answer *guard.Response, fields map[string][]string) []Finding {
	told := func(title, impact string, names ...string) []Finding {
		evidence := []string{at(answer)}
		for _, name := range names {
			for _, value := range fields[strings.ToLower(name)] {
				evidence = append(evidence, name+": "+quote(value))
			}
			if len(fields[strings.ToLower(name)]) == 0 {
				evidence = append(evidence, "without a line that begins with "+name+":")
			}
		}
		return []Finding{{Title: title, Severity: auditapi.Info, Evidence: lines(evidence...), Impact: impact}}
	}
	expires := fields["expires"]
	if len(expires) != 1 {
		return told("The contact for security reports lacks its date", "Exactly one Expires line must say until when the file counts. Otherwise tools and people do not trust the contact to be current.", "Expires")
	}
	when, err := time.Parse(time.RFC3339, strings.ToUpper(expires[0]))
	switch {
	case err != nil:
		return told("The contact for security reports lacks its date", "The date cannot be read: it must look like 2027-12-31T00:00:00Z. Otherwise tools and people do not trust the contact to be current.", "Expires")
	case when.Before(site.Now):
		return told("The contact for security reports has expired", "People who find a hole cannot rely on the contact any more.", "Expires")
	case !slices.ContainsFunc(fields["contact"], reachable):
		return told("The contact for security reports is not an address", "A contact must be a link: mailto: with an email address, tel: with a telephone number, or https:// with a page. Tools make nothing of other text.", "Contact")
	case len(fields["canonical"]) > 0 && !slices.ContainsFunc(fields["canonical"], here(answer)):
		return told("The contact for security reports names another place", "The file says with its Canonical lines that it belongs elsewhere, so people cannot be sure that it is meant for this site.", "Canonical")
	}
	return nil
}

// here reports whether an address is on the host that answered.
func here(r *guard.Response) func(address string) bool {
	return func(address string) bool {
		u, err := url.Parse(address)
		return err == nil && strings.EqualFold(u.Host, r.URL.Host)
	}
}

// email is an address in a mailto: link, as far as it matters here.
var email = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

// reachable reports whether a contact is a link that leads to somebody.
func reachable(contact string) bool {
	u, err := url.Parse(contact)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "https", "http":
		return u.Host != ""
	case "mailto":
		address, _, _ := strings.Cut(u.Opaque, "?")
		return email.MatchString(address)
	case "tel":
		return u.Opaque != ""
	}
	return false
}

// maxSecurityFields bounds how many lines are kept.
const maxSecurityFields = 200

// securityFields reads the fields by name in lower case. A page that answers every
// path the same way is not a security.txt. A signature around it changes nothing.
func securityFields(r *guard.Response) map[string][]string {
	fields := map[string][]string{}
	if r.Status != http.StatusOK || isHTML(r) {
		return fields
	}
	n := 0
	for line := range strings.SplitSeq(string(r.Body[:min(len(r.Body), 64<<10)]), "\n") {
		name, value, found := strings.Cut(strings.TrimPrefix(line, "- "), ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if found && value != "" && !strings.HasPrefix(name, "#") && n < maxSecurityFields {
			fields[name] = append(fields[name], value)
			n++
		}
	}
	return fields
}
