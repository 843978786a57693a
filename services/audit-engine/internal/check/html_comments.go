package check

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "html-comments", Title: "Comments and scripts hold nothing internal", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "Everybody can read comments in a page. Passwords in them are tried at once, and addresses of the internal network tell where to go next from any machine inside.",
		Remediation: serverConfig("Change the passwords that were there, and have the build take comments out of pages and scripts. A server can keep pages of its own from passing on what is internal:",
			"sub_filter_once off;\nsub_filter 'http://10.0.0.5' 'https://www.example.com';",
			"AddOutputFilterByType SUBSTITUTE text/html\nSubstitute \"s|http://10.0.0.5|https://www.example.com|n\"",
			"# Caddy passes pages on as they are: remove the text where the page is made."),
		References: []string{"https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/01-Information_Gathering/05-Review_Webpage_Content_for_Information_Leakage", "https://cwe.mitre.org/data/definitions/615.html"},
		Controls:   controls(exposedData, "13.3.1", "14.2.3"),
		Run:        runHTMLComments,
	})
}

var (
	// credential is a name for a secret, an equals sign, colon or "is", and a value.
	credential = regexp.MustCompile(`(?i)(?:\b|_)(pass(?:w(?:or)?d)?|passwort|kennwort|mot de passe|contraseña|senha|wachtwoord|pwd?|passphrase|secret(?:[_-]?key)?|(?:api|access|private)[ _-]?key|(?:access|auth)[_-]?token)["']?(?:\s*[:=]\s*|\s+(?:is|ist|lautet|est|es|é)[\s:]\s*)["']?([^\s"'<>,;]{6,64})`)
	// account is a word for an account, and its name and password with a slash between.
	account = regexp.MustCompile(`(?i)\b(log-?in|credentials|zugang(?:sdaten)?|passwort|password)\b[^:=\n]{0,40}[:=]\s*[a-z][\w.@-]{1,39}\s+/\s+([^\s"'<>,;]{6,64})`)
	// placeholder are values that stand for something else.
	placeholder = regexp.MustCompile(`(?i)example|your|change.?me|dummy|sample|xxx|\*\*\*|\.\.\.|test|demo|lorem|password|secret|token|todo|null|undefined|^[$%{\[(@#]|[({\[]|^(?:https?:)?/|^(?:base|sha|md|utf|argon)-?\d|\bmin|\bmax|char|digit`)
	// privateAddress is an IPv4 address that begins like one of RFC 1918.
	privateAddress = regexp.MustCompile(`(?:10|172|192)\.\d{1,3}\.\d{1,3}\.\d{1,3}`)
	// privateURL is the address of a machine, not a range or a version.
	privateURL = regexp.MustCompile(`(?:https?|wss?|ftp|ldap|jdbc:[a-z]+)://(?:10|172|192)\.\d{1,3}\.\d{1,3}\.\d{1,3}`)
)

// privateName is the address of a machine with a name that only an internal network
// knows (RFC 6762 appendix G, RFC 8375 and ICANN's .internal).
var privateName = regexp.MustCompile(`(?i)\b((?:https?|wss?|ftp|ldap|smb)://)([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,5}\.(?:local|internal|intranet|corp|lan|home\.arpa))(?:[^\w.-]|\.?\s|\.?$)`)

// versionWord stands before a number of four parts that is a version.
var versionWord = regexp.MustCompile(`(?i)\b(?:v|ver|version|build|release|rev|revision)\.?[ :=#]{0,3}$`)

// maxComment bounds what is looked through of one comment.
const maxComment = 64 << 10

func runHTMLComments(_ context.Context, site *Site) Result {
	if reason := site.noMarkup(); reason != "" {
		return skip("%s", reason)
	}
	var passwords, addresses sightings
	for _, page := range site.markup() {
		document := page.Document()
		for _, comment := range document.Comments {
			comment = comment[:min(len(comment), maxComment)]
			for _, kind := range []*regexp.Regexp{credential, account} {
				for _, m := range kind.FindAllStringSubmatch(comment, maxSightings) {
					if looksSecret(m[2]) {
						passwords.add(page.Response, "<!-- … "+quote(m[1])+": "+masked(m[2], 2)+" … -->")
					}
				}
			}
			for _, m := range privateName.FindAllStringSubmatch(comment, maxSightings) {
				if !placeholder.MatchString(m[2]) {
					addresses.add(page.Response, "<!-- … "+quote(m[1]+m[2])+" … -->")
				}
			}
			for _, at := range privateAddress.FindAllStringIndex(comment, maxSightings) {
				if text, ok := machine(comment, at[0], at[1]); ok {
					addresses.add(page.Response, "<!-- … "+text+" … -->")
				}
			}
		}
		for _, line := range machinesInHeaders(page.Header) {
			addresses.add(page.Response, line)
		}
		for _, r := range document.Resources {
			if internal(page, r.URL) {
				addresses.add(page.Response, "<"+r.Tag+"> "+quote(r.URL.Scheme+"://"+r.URL.Host))
			}
		}
		for _, f := range document.Forms {
			if internal(page, f.Action) {
				addresses.add(page.Response, "<form> "+quote(f.Action.Scheme+"://"+f.Action.Host))
			}
		}
		for _, script := range document.Scripts {
			for _, at := range privateURL.FindAllStringIndex(script, maxSightings) {
				if text, ok := inURL(script, at[0], at[1]); ok {
					addresses.add(page.Response, "<script> … "+text+" …")
				}
			}
		}
	}
	for _, r := range site.Scripts {
		body := string(r.Body)
		for _, at := range privateURL.FindAllStringIndex(body, maxSightings) {
			if text, ok := inURL(body, at[0], at[1]); ok {
				addresses.add(r, text)
			}
		}
	}
	var findings []Finding
	if !passwords.empty() {
		findings = append(findings, Finding{Title: "A comment in a page holds a password or key", Severity: auditapi.Medium, Evidence: passwords.String()})
	}
	if !addresses.empty() {
		findings = append(findings, Finding{Title: "Pages name addresses of the internal network", Severity: auditapi.Low, Evidence: addresses.String(),
			Impact: "The address is of no use from outside, but tells how the internal network is laid out. Where the page really loads from there, that part does not work for visitors."})
	}
	return fail(findings...)
}

// behind fits headers that tell which machine behind the site has answered. Others may
// repeat the visitor's own address.
var behind = regexp.MustCompile(`(?i)^(x-.*(backend|upstream|server|node|host|served|instance).*|via)$`)

// machinesInHeaders returns the headers that name machines of an internal network.
func machinesInHeaders(header http.Header) []string {
	var seen []string
	for name, values := range header {
		text := strings.Join(values, ", ")
		for _, at := range privateAddress.FindAllStringIndex(text, maxSightings) {
			if address, ok := machine(text, at[0], at[1]); ok && behind.MatchString(name) {
				seen = append(seen, name+": … "+address+" …")
			}
		}
	}
	slices.Sort(seen)
	return seen
}

// looksSecret reports whether a value is neither a word nor a placeholder: it has
// letters and digits.
func looksSecret(value string) bool {
	return strings.ContainsAny(value, "0123456789") && strings.ContainsFunc(value, func(c rune) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }) &&
		!placeholder.MatchString(value)
}

// machine returns the private address at text[from:to], if it stands alone and is
// one of a machine: not a longer number, a version, or a whole network.
func machine(text string, from, to int) (string, bool) {
	const part = "0123456789.-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if from > 0 && strings.IndexByte(part, text[from-1]) >= 0 {
		return "", false
	}
	if to < len(text) && (text[to] >= '0' && text[to] <= '9' || text[to] == '/' && to+1 < len(text) && text[to+1] >= '0' && text[to+1] <= '9' ||
		text[to] == '.' && to+1 < len(text) && text[to+1] >= '0' && text[to+1] <= '9') {
		return "", false
	}
	if versionWord.MatchString(text[max(0, from-20):from]) {
		return "", false
	}
	ip, err := netip.ParseAddr(text[from:to])
	if err != nil || !ip.IsPrivate() || ip.As4()[3] == 0 || ip.As4()[3] == 255 {
		return "", false
	}
	return ip.String(), true
}

// internal reports whether the page, which is not there itself, uses a machine of an
// internal network.
func internal(page *Page, u *url.URL) bool {
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsPrivate() && u.Hostname() != page.URL.Hostname()
}

// inURL is machine for an address within a URL, which it returns as far as the host.
func inURL(text string, from, to int) (string, bool) {
	host := from + strings.Index(text[from:to], "://") + len("://")
	if _, ok := machine(text, host, to); !ok {
		return "", false
	}
	return text[from:to], true
}

// masked shows the first n characters of a secret, for its owner to find it by.
func masked(secret string, n int) string {
	runes := []rune(secret)
	return quote(string(runes[:min(n, len(runes))])) + "…"
}
