package report

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"doorstep.example/pkg/auditapi"
)

// severity is a severity as the document shows it.
type severity struct {
	auditapi.Severity
	name    string
	tone    tone
	meaning string
	when    string
}

// severities lists them worst first.
func severities() []severity {
	out := []severity{
		{Severity: auditapi.Critical, name: "Critical", when: "Today",
			meaning: "Data or control can be taken now, from anywhere, with little skill."},
		{Severity: auditapi.High, name: "High", when: "Within days",
			meaning: "A serious breach is likely once someone looks for it, or one step away."},
		{Severity: auditapi.Medium, name: "Medium", when: "Within weeks",
			meaning: "Useful to an attacker together with another weakness or a mistake of a user."},
		{Severity: auditapi.Low, name: "Low", when: "With the next release",
			meaning: "A missing layer of defence; little harm on its own."},
		{Severity: auditapi.Info, name: "Info", when: "When convenient",
			meaning: "No weakness in itself, but good to know or easy to improve."},
	}
	for i := range out {
		out[i].tone = toneOf(out[i].Severity)
	}
	return out
}

func severityOf(s auditapi.Severity) severity {
	for _, known := range severities() {
		if known.Severity == s {
			return known
		}
	}
	return severity{Severity: s, name: shorten(cmp.Or(cleanLine(string(s)), "Unrated"), 9), tone: toneOf(s)}
}

// rank orders severities, worst first; an unknown one comes last.
func rank(s auditapi.Severity) int {
	if i := slices.Index(auditapi.Severities(), s); i >= 0 {
		return i
	}
	return len(auditapi.Severities())
}

func tierName(tier string) string {
	switch tier {
	case auditapi.TierCompliance:
		return "Compliance Audit"
	case auditapi.TierRedTeam:
		return "Red-Team Audit"
	}
	return "Automated Security Audit"
}

// gradeMeaning says in plain words how the site stands, and what that asks for.
func gradeMeaning(grade string, worst auditapi.Severity, ofWorst, all int) string {
	standing := map[byte]string{
		'A': "Seen from outside, this site is well protected.",
		'B': "Seen from outside, this site is sound in the main, with gaps that deserve attention.",
		'C': "Seen from outside, this site has weaknesses that a patient attacker can use.",
		'D': "Seen from outside, this site has serious weaknesses that should be closed soon.",
	}[firstLetter(grade)]
	standing = cmp.Or(standing, "Seen from outside, this site can be attacked with little effort as it stands.")
	if all == 0 {
		return standing + " No check found a weakness, so nothing has to be repaired now."
	}
	urgency := map[auditapi.Severity][2]string{
		auditapi.Critical: {"One finding is critical: act on it today.", "%d findings are critical: act on them today."},
		auditapi.High:     {"One finding is rated high: plan its repair within days.", "%d findings are rated high: plan their repair within days."},
		auditapi.Medium:   {"The worst of it is one finding of medium severity, to be repaired within weeks.", "The worst of it is %d findings of medium severity, to be repaired within weeks."},
		auditapi.Low:      {"The one finding of low severity can wait for the next release.", "Nothing is rated worse than low; the repairs can wait for the next release."},
	}[worst]
	switch {
	case urgency[0] == "":
		return standing + " What was found is for your information; nothing is urgent."
	case ofWorst == 1:
		return standing + " " + urgency[0]
	case !strings.Contains(urgency[1], "%"):
		return standing + " " + urgency[1]
	}
	return standing + " " + fmt.Sprintf(urgency[1], ofWorst)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "not recorded"
	}
	return t.UTC().Format("2 January 2006, 15:04:05 UTC")
}

func day(t time.Time) string {
	if t.IsZero() {
		return "not recorded"
	}
	return t.UTC().Format("2 January 2006")
}

// hostOf is the name or address that a URL points at, with the port where it is
// not the scheme's own.
func hostOf(target string) string {
	u, err := url.Parse(strings.TrimSpace(target))
	if err != nil || u.Host == "" {
		return cmp.Or(shorten(cleanLine(target), 300), "unnamed target")
	}
	return shorten(cleanLine(u.Host), 300)
}

// maxURL is the longest address that becomes a link.
const maxURL = 1000

// safeURL returns an address fit to be a link: absolute, of an allowed scheme,
// without credentials, in plain ASCII, and printed exactly as it will be opened.
func safeURL(s string, schemes ...string) (string, bool) {
	if len(s) == 0 || len(s) > maxURL {
		return "", false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return "", false
		}
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || !slices.Contains(schemes, u.Scheme) {
		return "", false
	}
	return u.String(), true
}
