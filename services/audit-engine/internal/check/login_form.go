package check

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "login-form", Title: "Sign-in forms send passwords safely", Area: AreaCookies,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "Another site can have a visitor's browser send the form and so sign the visitor in under a stranger's account, where what the visitor then types ends up.",
		Remediation: serverConfig("Send the form with POST and a random token in a hidden field that the server compares; every web framework has that built in. SameSite on the session cookie keeps requests of other sites without it:",
			"proxy_cookie_flags ~ secure httponly samesite=lax;",
			"Header always edit Set-Cookie ^(.*)$ \"$1; Secure; HttpOnly; SameSite=Lax\"",
			"reverse_proxy 127.0.0.1:3000 {\n    header_down Set-Cookie \"^(.*)$\" \"$1; Secure; HttpOnly; SameSite=Lax\"\n}"),
		References: []string{"https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html", "https://cwe.mitre.org/data/definitions/598.html"},
		Controls:   controls(sessions, "3.5.1"),
		Run:        runLoginForm,
	})
}

func runLoginForm(_ context.Context, site *Site) Result {
	if reason := site.noMarkup(); reason != "" {
		return skip("%s", reason)
	}
	var inAddress, perhaps, unprotected, unknown sightings
	for _, page := range site.markup() {
		document := page.Document()
		for _, f := range document.Forms {
			if !f.Password() {
				continue
			}
			text := "<form method=" + quote(methodOf(f)) + " action=" + quote(f.Action.Scheme+"://"+f.Action.Host+f.Action.EscapedPath()) + "> with a field for a password"
			switch {
			case methodOf(f) == sendGet && !scripted(document, f):
				inAddress.add(page.Response, text)
			case f.Method == sendGet: // a script may send it otherwise, but the markup asks for this
				perhaps.add(page.Response, text)
			case f.Method != sendPost || f.Action.Host != page.URL.Host || tokened(document, f):
			case slices.ContainsFunc(sessionCookies(site, page), leavesSameSite):
				unprotected.add(page.Response, text+"\nIt has no hidden token, and the session cookie leaves SameSite to the browser.")
			case len(sessionCookies(site, page)) == 0 && !scripted(document, f):
				unknown.add(page.Response, text+"\nIt has no hidden token, and no session cookie shows another protection.")
			}
		}
	}
	return fail(slices.Concat(passwordsInAddresses(inAddress, auditapi.High), passwordsInAddresses(perhaps, auditapi.Medium),
		forgeable(unprotected, "A sign-in form can be sent by other sites", auditapi.Low), forgeable(unknown, "A sign-in form shows no guard against other sites", auditapi.Info))...)
}

func passwordsInAddresses(seen sightings, severity auditapi.Severity) []Finding {
	if seen.empty() {
		return nil
	}
	title := "A form writes passwords into the address"
	if severity == auditapi.Medium {
		title = "A form may write passwords into the address"
	}
	return []Finding{{Title: title, Severity: severity, Evidence: seen.String(),
		Impact: "With method GET what visitors type becomes part of the address: it stays in the browser's history, in the server's log, and is told to other sites as the referrer."}}
}

func forgeable(seen sightings, title string, severity auditapi.Severity) []Finding {
	if seen.empty() {
		return nil
	}
	return []Finding{{Title: title, Severity: severity, Evidence: seen.String()}}
}

// methodOf is how browsers send the form: with get unless it says post or dialog.
func methodOf(f Form) string {
	if f.Method == sendPost || f.Method == sendDialog {
		return f.Method
	}
	return sendGet
}

// scripted reports whether a script may send the form in place of the browser.
func scripted(d *Document, f Form) bool {
	return f.Scripted || len(d.Scripts) > 0 || slices.ContainsFunc(d.Resources, func(r Resource) bool { return r.Tag == "script" || r.Rel == "modulepreload" })
}

// tokenName is how frameworks call their token against forged requests.
var tokenName = regexp.MustCompile(`(?i)csrf|xsrf|token|nonce|authenticity|__requestverification|_wpnonce|form_?build|form_?key|state`)

// tokened reports whether the form, or the page for its scripts, carries a token: a
// hidden field of that name, or any hidden value that is too long to be guessed.
func tokened(d *Document, f Form) bool {
	return slices.ContainsFunc(f.Inputs, func(i Input) bool {
		return i.Type == "hidden" && (tokenName.MatchString(i.Name) || len(i.Value) >= 16)
	}) || slices.ContainsFunc(d.Metas, func(m Meta) bool { return tokenName.MatchString(m.Name) }) || tokenInAddress(f.Action)
}

// ticket is a value that cannot be guessed, and ticketName what sign-in servers call one
// that belongs to the visitor's session.
var (
	ticket     = regexp.MustCompile(`^[\w.-]{22,}$`)
	ticketName = regexp.MustCompile(`(?i)csrf|xsrf|token|nonce|state|^session_code$|^flow$|^ticket$`)
)

// tokenInAddress reports whether the form is sent with a token in its address, as
// Keycloak does it.
func tokenInAddress(action *url.URL) bool {
	for name, values := range action.Query() {
		if ticketName.MatchString(name) && slices.ContainsFunc(values, func(v string) bool { return ticket.MatchString(v) && strings.ContainsAny(v, "0123456789") }) {
			return true
		}
	}
	return false
}

// sessionCookies are those of the page and of the way to the front page.
func sessionCookies(site *Site, page *Page) []cookie {
	set := append(cookies(site), cookies(&Site{Now: site.Now, Page: &guard.Response{URL: page.URL, Header: page.Header}})...)
	return slices.DeleteFunc(set, func(c cookie) bool { return !c.session() })
}

func leavesSameSite(c cookie) bool { return c.sameSite == "none" || !c.stated }
