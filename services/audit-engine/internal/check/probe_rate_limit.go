package check

import (
	"bytes"
	"context"
	"fmt"
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

// What the probe may cost a sign-in, and what it needs to say anything.
const (
	maxSignIns    = 10
	signInWindow  = 2 * time.Second
	leastSignIns  = 5 // a site that answers fewer in that time slows guessing down by itself
	leastSlowdown = 250 * time.Millisecond
)

// guessing is the topic of programs that try passwords.
var guessing = slices.Concat(
	clauses(owasp2021, "A07"), clauses(owasp2025, "A07"), clauses(pci, "6.2.4", "8.3.4"),
	clauses(soc2, "CC6.6"), clauses(iso27001, "A.8.5"), clauses(csf, "PR.AA-03"),
	clauses(gdpr, "Art. 32(1)(b)"), clauses(hipaa, "164.312(d)"))

// The severity is low, not medium: the name is one that nobody has, so a lock of single
// accounts cannot be seen, nor a limit that begins after the tenth attempt.
func init() {
	register(Check{
		ID: "probe-rate-limit", Title: "Sign-in slows down whoever tries passwords", Area: AreaCookies,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.Low,
		Impact: "Programs try passwords that leaked elsewhere, some thousand an hour, and nothing was seen to slow them down. A lock of single accounts, or a limit that begins after more than ten attempts, cannot be seen from outside: if you have one, this is no weakness.",
		Remediation: serverConfig("Answer 429 with Retry-After after a few wrong passwords, counted by account and by address, or let each answer take longer than the one before. Have a second factor for accounts that matter. As a first step, let the server limit requests to the sign-in:",
			"limit_req_zone $binary_remote_addr zone=login:1m rate=10r/m;\n\nlocation = /login {\n    limit_req zone=login burst=5 nodelay;\n    limit_req_status 429;\n    proxy_pass http://127.0.0.1:3000;\n}",
			"# with mod_evasive, which counts requests for the same page\nDOSPageCount 5\nDOSPageInterval 1\nDOSBlockingPeriod 60",
			"# with the module caddy-ratelimit\nrate_limit {\n    zone login {\n        match {\n            method POST\n            path /login\n        }\n        key {remote_host}\n        events 10\n        window 1m\n    }\n}"),
		References: []string{"https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html", "https://cwe.mitre.org/data/definitions/307.html"},
		Controls:   controls(guessing),
		Last:       true,
		Run:        runRateLimit,
	})
}

func runRateLimit(ctx context.Context, site *Site) Result {
	if reason := site.noMarkup(); reason != "" {
		return skip("%s", reason)
	}
	page, unsure := site.signInPage(site.markup())
	if page == nil && !unsure {
		page, unsure = site.signInPage(site.unlinkedSignIns(ctx))
	}
	switch {
	case page == nil && unsure:
		return skip("There is a form with a field for a password, but it is not certain that it only signs in, so it was not sent.")
	case page == nil:
		return pass()
	}
	fresh, form, err := site.freshSignIn(ctx, page)
	switch {
	case err != nil:
		return skip(silent)
	case form == nil:
		return skip("The sign-in form was gone when its page was opened again.")
	case challenge.in(fresh.Body) != "":
		return pass()
	}
	tries, err := site.trySignIns(ctx, fresh, *form)
	if err != nil {
		return skip(silent)
	}
	first := tries.first
	switch {
	case tries.limited:
		return pass()
	case !took(first), first.Status == http.StatusOK && bytes.Equal(bytes.TrimSpace(first.Body), bytes.TrimSpace(fresh.Body)):
		return skip("The sign-in did not take the attempt (answer %d), so it is not known how it treats wrong passwords.", first.Status)
	case tries.answered < leastSignIns:
		return skip("The sign-in answered only %d attempts within %s, too few to see a limit.", tries.answered, signInWindow)
	}
	return fail(Finding{
		Title: "Passwords may be tried without a brake", Severity: auditapi.Low,
		Evidence: lines("Sent the sign-in form of "+address(fresh.Response)+" with the name "+quote(tries.user)+", which nobody has, and another wrong password each time.", at(first),
			fmt.Sprintf("%d attempts within %s were all answered with %d.", tries.answered, tries.took.Round(time.Millisecond), first.Status),
			"No 429, 403 or 423, no Retry-After, no growing delay and no captcha was seen."),
	})
}

// Words of addresses. A form that may open an account, or change one, is never sent.
var (
	signInWord = regexp.MustCompile(`(?i)login|logon|(?:^|[^a-z])(?:log|sign)[-_]?(?:in|on)|sessions?(?:$|[^a-z])|authenticat|anmeld|einlogg|connexion|inloggen`)
	signUpWord = regexp.MustCompile(`(?i)regist|sign[-_]?up|join|creat|subscri|reset|recover|forgot|change|invit|enrol|checkout|unlock|delete`)
)

// signInPaths are where programs sign in, whatever the pages link.
var signInPaths = []string{"/login", "/signin", "/wp-login.php"}

func (s *Site) unlinkedSignIns(ctx context.Context) []*Page {
	var list []*Page
	for _, path := range signInPaths {
		if answer, err := s.get(ctx, path, nil); err == nil && answer.Status == http.StatusOK && isHTML(answer) && answer.BodyErr == nil {
			list = append(list, NewPage(answer))
		}
	}
	return list
}

// signInPage returns the first of the pages with a form that signs in. unsure: there are
// only forms with a password that may do something else.
func (s *Site) signInPage(pages []*Page) (page *Page, unsure bool) {
	for _, page := range pages {
		for _, f := range page.Document().Forms {
			if !f.Password() || f.Method != sendPost || !sameOrigin(f.Action, s.Page.URL) || !sameOrigin(page.URL, s.Page.URL) {
				continue
			}
			if signsIn(page.URL, f) {
				return page, false
			}
			unsure = true
		}
	}
	return nil, unsure
}

// signsIn reports whether a form only signs in: it asks for one name and one password,
// and its address says so, or else its page's.
func signsIn(page *url.URL, f Form) bool {
	names, passwords := 0, 0
	for _, i := range f.Inputs {
		switch i.Type {
		case "password":
			passwords++
		case "hidden", "checkbox", "radio", "submit", "button", "reset", "image":
		default:
			names++
		}
		if signUpWord.MatchString(i.Name) {
			return false
		}
	}
	if names != 1 || passwords != 1 {
		return false
	}
	for _, u := range []*url.URL{f.Action, page} {
		switch {
		case signUpWord.MatchString(u.Path):
			return false
		case signInWord.MatchString(u.Path):
			return true
		}
	}
	return false
}

// freshSignIn opens the page again, for a token and a cookie that are still good. The
// form is nil when it is no longer there.
func (s *Site) freshSignIn(ctx context.Context, page *Page) (*Page, *Form, error) {
	again, err := s.get(ctx, page.URL.RequestURI(), nil)
	if err != nil {
		return nil, nil, err
	}
	fresh := NewPage(again)
	for _, f := range fresh.Document().Forms {
		if f.Password() && f.Method == sendPost && sameOrigin(f.Action, s.Page.URL) && signsIn(fresh.URL, f) {
			return fresh, &f, nil
		}
	}
	return fresh, nil, nil
}

// signIns are attempts with wrong passwords.
type signIns struct {
	user     string
	first    *guard.Response // the answer to the first
	answered int             // at least one
	took     time.Duration
	limited  bool // the site did something against more of them
}

// trySignIns sends the form until the site does something against it, at most
// maxSignIns times. An error is a site that did not answer the first attempt.
func (s *Site) trySignIns(ctx context.Context, page *Page, f Form) (signIns, error) {
	word := s.word()
	tries := signIns{user: word + "@" + word + ".invalid"} // a name that the DNS never has
	header := http.Header{"Referer": {page.URL.String()}, "Origin": {page.URL.Scheme + "://" + page.URL.Host}}
	if sent := cookiesOf(page); sent != "" {
		header.Set("Cookie", sent)
	}
	var delays []time.Duration
	start := time.Now()
	for tries.answered < maxSignIns && time.Since(start) < signInWindow {
		begun := time.Now()
		answer, err := s.Post(ctx, f.Action.RequestURI(), header, filled(f, tries.user, s.word()))
		if err != nil && (tries.answered == 0 || ctx.Err() != nil) {
			return tries, err
		}
		if err != nil { // it hangs up on those who try too often
			tries.limited = true
			return tries, nil //nolint:nilerr // see above
		}
		if tries.first == nil {
			tries.first = answer
		}
		tries.answered, delays = tries.answered+1, append(delays, time.Since(begun))
		tries.took = time.Since(start)
		if tries.limited = brakes(answer, tries.first, page.Body) || slows(delays); tries.limited {
			break
		}
	}
	return tries, nil
}

// cookiesOf are those that the page sets, as a browser sends them back.
func cookiesOf(page *Page) string {
	var pairs []string
	for _, c := range (&http.Response{Header: page.Header}).Cookies() {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return strings.Join(pairs, "; ")
}

// filled is the form as a browser sends it, with its hidden fields and no box ticked.
func filled(f Form, user, password string) url.Values {
	form := url.Values{}
	submit := false
	for _, i := range f.Inputs {
		switch {
		case i.Name == "", slices.Contains([]string{"checkbox", "radio", "button", "reset", "image"}, i.Type):
		case i.Type == "submit":
			if !submit {
				form.Add(i.Name, i.Value)
			}
			submit = true
		case i.Type == "password":
			form.Set(i.Name, password)
		case i.Type == "hidden":
			form.Add(i.Name, i.Value)
		default:
			form.Set(i.Name, user)
		}
	}
	return form
}

// took reports whether an answer is one to a wrong password. Others, such as 403 and
// 419, refuse the form itself.
func took(r *guard.Response) bool {
	return r.Status >= 200 && r.Status <= 303 || r.Status == http.StatusUnauthorized || r.Status == http.StatusUnprocessableEntity
}

// What pages say to those who try too often, and what asks whether they are human.
var (
	challenge = phrases{"captcha", "cf-turnstile", "altcha", "arkoselabs"}
	tooOften  = phrases{"too many", "try again later", "try again in", "temporarily locked", "temporarily blocked", "rate limit", "zu viele", "zu oft", "gesperrt", "trop de", "demasiados"}
)

// wordBreak makes the words of an address readable, as in error=too_many_attempts.
var wordBreak = strings.NewReplacer("_", " ", "-", " ", "+", " ", "%20", " ")

// brakes reports whether an answer is the site's defence: it says so, where the page of
// the form does not, or it is another one than the first.
func brakes(answer, first *guard.Response, page []byte) bool {
	switch answer.Status {
	case http.StatusTooManyRequests, http.StatusLocked, http.StatusServiceUnavailable:
		return true
	}
	for name := range answer.Header {
		if name == "Retry-After" || strings.HasPrefix(strings.TrimPrefix(strings.ToLower(name), "x-"), "ratelimit") {
			return true
		}
	}
	target := []byte(wordBreak.Replace(answer.Header.Get("Location")))
	return answer.Status != first.Status || !sameTarget(answer, first) || challenge.in(target) != "" ||
		tooOften.in(target) != "" && answer.Header.Get("Location") != first.Header.Get("Location") ||
		challenge.in(answer.Body) != "" || tooOften.in(answer.Body) != "" && tooOften.in(page) == ""
}

// sameTarget reports whether two answers lead to the same page and tell it the same things,
// whatever their values.
func sameTarget(a, b *guard.Response) bool {
	target := func(r *guard.Response) string {
		location, query, _ := strings.Cut(r.Header.Get("Location"), "?")
		told, _ := url.ParseQuery(query) // what cannot be read is left out
		return location + "?" + strings.Join(sortedKeys(told), "&")
	}
	return target(a) == target(b)
}

// slows reports whether the last two answers took clearly longer than the first two.
func slows(delays []time.Duration) bool {
	if len(delays) < 4 {
		return false
	}
	early, late := max(delays[0], delays[1]), min(delays[len(delays)-2], delays[len(delays)-1])
	return late > 2*early && late-early > leastSlowdown
}
