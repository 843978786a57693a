package check

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "probe-verb-tampering", Title: "Closed pages stay closed to methods that nobody knows", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.Medium,
		Impact: "The rule that closes these pages names methods, such as GET and POST, and lets all others through. Attackers ask with an invented one and read what should need a sign-in; where the program behind takes it for GET, the whole area is open.",
		Remediation: serverConfig("Close an area for every method, and open what is needed. Never put the rule inside of something that counts methods up (in Apache <Limit GET POST>, in Java <http-method> of a security-constraint).",
			"location /admin/ {\n    auth_basic \"Admin\";\n    auth_basic_user_file /etc/nginx/htpasswd;\n    limit_except GET POST { deny all; }\n}",
			"<Location \"/admin\">\n    Require valid-user\n    AllowMethods GET HEAD POST\n</Location>",
			"@admin path /admin/*\nbasic_auth @admin {\n    USER HASH\n}\n@odd {\n    path /admin/*\n    not method GET HEAD POST\n}\nrespond @odd 405"),
		References: []string{"https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/06-Test_HTTP_Methods", "https://cwe.mitre.org/data/definitions/650.html"},
		Controls:   controls(access, "13.4.4"),
		Run:        runVerbTampering,
	})
}

// closedArea is how addresses are often called that are closed to strangers. Others are
// not asked for: robots.txt also names those that do something.
var closedArea = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:admin|administrator|intern|internal|private|manage|manager|management|backend|dashboard|console|staff)(?:$|[^a-z])`)

// maxClosed is how many of them are asked for.
const maxClosed = 5

func runVerbTampering(ctx context.Context, site *Site) Result {
	for _, path := range site.closedPaths() {
		closed, err := site.get(ctx, path, nil)
		if err != nil {
			return skip(silent)
		}
		signIn := site.signInBehind(closed)
		if closed.Status != http.StatusUnauthorized && closed.Status != http.StatusForbidden && signIn == "" {
			continue
		}
		doors := []*guard.Response{closed}
		if signIn != "" {
			door, err := site.get(ctx, signIn, nil)
			if err != nil {
				return skip(silent)
			}
			doors = append(doors, door)
		}
		// A server that answers to the method at any address, or the same for any page,
		// shows nothing.
		others := []string{unknownPath, strings.TrimSuffix(path, "/") + unknownPath}
		if path != site.pagePath() {
			others = append(others, site.pagePath())
		}
		method := ""
		answer, opened, err := site.confirmed(func(word string) (*guard.Response, bool, error) {
			method = strings.ToUpper(word)
			answer, err := site.Ask(ctx, method, path, nil)
			if err != nil || !succeeds(answer) || len(bytes.TrimSpace(answer.Body)) == 0 || refusals.in(beginning(answer.Body)) != "" || NewPage(answer).Document().Password ||
				slices.ContainsFunc(doors, func(door *guard.Response) bool { return alike(door.Body, answer.Body) }) {
				return answer, false, err // a sign-in is not what it protects
			}
			for _, elsewhere := range others {
				other, err := site.Ask(ctx, method, elsewhere, nil)
				if err != nil || succeeds(other) && (elsewhere == unknownPath || bytes.Equal(other.Body, answer.Body)) {
					return answer, false, err
				}
			}
			return answer, true, nil
		})
		if err != nil {
			return skip(silent)
		}
		if opened {
			return fail(Finding{Title: "An invented method opens a closed page", Severity: auditapi.Medium, Evidence: lines(
				at(closed), "Asked with the method "+quote(method)+", "+at(answer)+".",
				"A page that does not exist is not opened by it. Confirmed with a second method.")})
		}
	}
	return pass()
}

// refusals are what pages say that refuse with a status of success.
var refusals = phrases{"method not allowed", "method not supported", "method is not allowed", "method is not supported", "unsupported method", "not implemented", "access denied"}

// signInBehind is the path of the sign-in that an answer leads to; empty: to none.
func (s *Site) signInBehind(r *guard.Response) string {
	next, err := r.URL.Parse(r.Header.Get("Location"))
	if err != nil || r.Status < 300 || r.Status > 399 || !sameOrigin(next, s.Page.URL) || !signInWord.MatchString(next.Path) {
		return ""
	}
	return pathOf(next)
}

func succeeds(r *guard.Response) bool { return r.Status >= 200 && r.Status <= 299 }

// closedPaths are those that links and robots.txt name and that are probably closed,
// after the front page's own and before what many sites have.
func (s *Site) closedPaths() []string {
	list := []string{s.pagePath()}
	add := func(path string) {
		if len(list) <= maxClosed && closedArea.MatchString(path) && !slices.Contains(list, path) {
			list = append(list, path)
		}
	}
	for _, path := range s.Disallowed {
		if strings.HasPrefix(path, "/") && !strings.ContainsAny(path, "*$?") {
			add(path)
		}
	}
	for _, page := range s.markup() {
		for _, a := range page.Document().Anchors {
			if a.URL != nil && !a.Action && sameOrigin(a.URL, s.Page.URL) && a.URL.RawQuery == "" {
				add(pathOf(a.URL))
			}
		}
	}
	for _, path := range []string{"/admin", "/admin/"} {
		if !slices.Contains(list, path) {
			list = append(list, path)
		}
	}
	return list
}
