package grade

import (
	"strings"
	"testing"
)

// perfect is a site with nothing to object to and every bonus.
func perfect() SiteFacts {
	return SiteFacts{
		Encrypted: true, HTML: true,
		Policy:   PolicyFacts{Sent: true, NoneByDefault: true, FrameAncestors: true},
		Cookies:  []CookieFacts{{Name: "sessid", Secure: true, HTTPOnly: true, SameSite: true}},
		Scripts:  []ScriptFacts{{Foreign: true, Encrypted: true, Integrity: true}},
		Referrer: "no-referrer", Sniffing: "nosniff", Framing: "DENY", Resource: "same-origin",
		Transport: TransportFacts{Sent: true, Valid: true, MaxAge: 31_536_000},
	}
}

func TestObservatoryPerfect(t *testing.T) {
	t.Parallel()
	score, letter, tests := Observatory(perfect())
	if score != 140 || letter != "A+" || len(tests) != 10 {
		t.Errorf("Observatory = %d, %s, %+v", score, letter, tests)
	}
}

// TestObservatoryVerdicts has a line for every row of the table of modifiers.
func TestObservatoryVerdicts(t *testing.T) {
	t.Parallel()
	const csp, cookies, cors, redirection, referrer, hsts, sri, nosniff, xfo, corp = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
	cookie := func(c CookieFacts) func(*SiteFacts) { return func(f *SiteFacts) { f.Cookies = []CookieFacts{c} } }
	unprotected := func(c CookieFacts) func(*SiteFacts) {
		return func(f *SiteFacts) { f.Cookies, f.Transport = []CookieFacts{c}, TransportFacts{} }
	}
	script := func(s ...ScriptFacts) func(*SiteFacts) { return func(f *SiteFacts) { f.Scripts = s } }
	policy := func(p PolicyFacts) func(*SiteFacts) { return func(f *SiteFacts) { f.Policy = p } }
	way := func(r Redirection) func(*SiteFacts) { return func(f *SiteFacts) { f.Redirection = r } }
	shared := func(s Sharing) func(*SiteFacts) { return func(f *SiteFacts) { f.Sharing = s } }
	transport := func(h TransportFacts) func(*SiteFacts) { return func(f *SiteFacts) { f.Transport = h } }
	own := ScriptFacts{Encrypted: true}
	for _, test := range []struct {
		name   string
		test   int
		change func(*SiteFacts)
		want   int
	}{
		{"none by default", csp, policy(PolicyFacts{Sent: true, NoneByDefault: true}), 10},
		{"nothing unsafe", csp, policy(PolicyFacts{Sent: true}), 5},
		{"style only", csp, policy(PolicyFacts{Sent: true, UnsafeStyle: true, NoneByDefault: true}), 0},
		{"report twice", csp, policy(PolicyFacts{Sent: true, ReportTwice: true, NoneByDefault: true}), 0},
		{"passive over http", csp, policy(PolicyFacts{Sent: true, PlainPassive: true, UnsafeStyle: true}), -10},
		{"eval", csp, policy(PolicyFacts{Sent: true, Eval: true, PlainPassive: true, ReportTwice: true}), -10},
		{"active over http", csp, policy(PolicyFacts{Sent: true, PlainActive: true, Eval: true}), -20},
		{"unsafe", csp, policy(PolicyFacts{Sent: true, Unsafe: true}), -20},
		{"absent", csp, policy(PolicyFacts{}), -25},
		{"report only", csp, policy(PolicyFacts{ReportOnly: true}), -25},
		{"invalid", csp, policy(PolicyFacts{Sent: true, Invalid: true, NoneByDefault: true}), -25},

		{"all good", cookies, cookie(CookieFacts{Name: "sess", Secure: true, HTTPOnly: true, SameSite: true}), 5},
		{"theme without HttpOnly", cookies, cookie(CookieFacts{Name: "theme", Secure: true, SameSite: true}), 5},
		{"without SameSite", cookies, cookie(CookieFacts{Name: "login", Secure: true, HTTPOnly: true}), 0},
		{"no cookies", cookies, func(f *SiteFacts) { f.Cookies = nil }, 0},
		{"not Secure, HSTS", cookies, cookie(CookieFacts{Name: "theme", SameSite: true}), -5},
		{"session not Secure, HSTS", cookies, cookie(CookieFacts{Name: "sess", HTTPOnly: true, SameSite: true}), -10},
		{"not Secure", cookies, unprotected(CookieFacts{Name: "theme", SameSite: true}), -20},
		{"bad SameSite", cookies, cookie(CookieFacts{Name: "theme", Secure: true, BadSameSite: true}), -20},
		{"token without SameSite", cookies, cookie(CookieFacts{Name: "CSRFtoken", Secure: true}), -20},
		{"session without HttpOnly", cookies, cookie(CookieFacts{Name: "PHPSESSID", Secure: true, SameSite: true}), -30},
		{"session not Secure, no HSTS", cookies, unprotected(CookieFacts{Name: "PHPSESSID", SameSite: true}), -40},

		{"not shared", cors, shared(NotShared), 0}, {"public", cors, shared(SharedWithAll), 0}, {"restricted", cors, shared(SharedWithSome), 0},
		{"reflected with credentials", cors, shared(SharedWithCredentials), -50}, {"unknown", cors, shared(SharingUnknown), 0},

		{"to https", redirection, way(RedirectsToHTTPS), 0}, {"no http", redirection, way(NoHTTP), 0}, {"off host", redirection, way(OffHostFirst), -5},
		{"http first", redirection, way(HTTPFirst), -10}, {"never https", redirection, way(NeverHTTPS), -20}, {"none", redirection, way(NoRedirect), -20},
		{"bad certificate", redirection, way(RedirectsToWrong), -20}, {"unknown", redirection, way(RedirectionUnknown), 0},

		{"private", referrer, func(f *SiteFacts) { f.Referrer = "unsafe-url, Strict-Origin" }, 5},
		{"absent", referrer, func(f *SiteFacts) { f.Referrer = "" }, 0},
		{"unsafe", referrer, func(f *SiteFacts) { f.Referrer = "no-referrer, unsafe-url, future" }, -5},
		{"origin", referrer, func(f *SiteFacts) { f.Referrer = "origin" }, -5},
		{"invalid", referrer, func(f *SiteFacts) { f.Referrer = "never" }, -5},

		{"six months", hsts, transport(TransportFacts{true, true, 15_552_000}), 0},
		{"a second less", hsts, transport(TransportFacts{true, true, 15_551_999}), -10},
		{"absent", hsts, transport(TransportFacts{}), -20},
		{"max-age=abc", hsts, transport(TransportFacts{Sent: true}), -20},
		{"no https", hsts, func(f *SiteFacts) { f.Encrypted = false }, -20},
		{"bad certificate", hsts, func(f *SiteFacts) { f.Distrusted = true }, -20},

		{"own with SRI", sri, script(ScriptFacts{Encrypted: true, Integrity: true}, own), 5},
		{"foreign with SRI", sri, script(own, ScriptFacts{Foreign: true, Encrypted: true, Integrity: true}), 5},
		{"own", sri, script(own, ScriptFacts{Inline: true}), 0},
		{"no scripts", sri, script(), 0},
		{"no page", sri, func(f *SiteFacts) { f.HTML, f.Scripts = false, []ScriptFacts{{Foreign: true}} }, 0},
		{"foreign without SRI", sri, script(own, ScriptFacts{Foreign: true, Encrypted: true}), -5},
		{"SRI without https", sri, script(ScriptFacts{Foreign: true, Integrity: true}), -20},
		{"neither", sri, script(ScriptFacts{Foreign: true}, ScriptFacts{Foreign: true, Encrypted: true}), -50},

		{"nosniff", nosniff, func(f *SiteFacts) { f.Sniffing = " NoSniff" }, 0},
		{"absent", nosniff, func(f *SiteFacts) { f.Sniffing = "" }, -5},
		{"invalid", nosniff, func(f *SiteFacts) { f.Sniffing = "yes" }, -5},

		{"frame-ancestors", xfo, func(f *SiteFacts) { f.Framing = "" }, 5},
		{"deny", xfo, policy(PolicyFacts{}), 0},
		{"sameorigin", xfo, func(f *SiteFacts) { f.Framing, f.Policy.FrameAncestors = "sameorigin", false }, 0},
		{"allow-from", xfo, func(f *SiteFacts) { f.Framing, f.Policy.FrameAncestors = "ALLOW-FROM https://a.example", false }, 0},
		{"absent", xfo, func(f *SiteFacts) { f.Framing, f.Policy.FrameAncestors = "", false }, -20},
		{"invalid", xfo, func(f *SiteFacts) { f.Framing, f.Policy.FrameAncestors = "ALLOWALL", false }, -20},

		{"same-origin", corp, func(f *SiteFacts) { f.Resource = "same-origin" }, 10},
		{"same-site", corp, func(f *SiteFacts) { f.Resource = "same-site" }, 10},
		{"cross-origin", corp, func(f *SiteFacts) { f.Resource = "cross-origin" }, 0},
		{"absent", corp, func(f *SiteFacts) { f.Resource = "" }, 0},
		{"invalid", corp, func(f *SiteFacts) { f.Resource = "none" }, -5},
	} {
		f := perfect()
		test.change(&f)
		_, _, tests := Observatory(f)
		if got := tests[test.test]; got.Modifier != test.want || got.Verdict == "" {
			t.Errorf("%s, %s: %+v, want %d", got.Name, test.name, got, test.want)
		}
	}
}

// plain is a site that earns 100 without a bonus.
func plain() SiteFacts {
	return SiteFacts{
		Encrypted: true, HTML: true, Policy: PolicyFacts{Sent: true, UnsafeStyle: true}, Sniffing: "nosniff", Framing: "DENY",
		Transport: TransportFacts{Sent: true, Valid: true, MaxAge: 31_536_000},
	}
}

func TestObservatoryBonus(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*SiteFacts)
		score  int
		letter string
	}{
		{"neither", func(*SiteFacts) {}, 100, "A+"},
		{"bonuses alone", func(f *SiteFacts) { f.Referrer, f.Resource = "no-referrer", "same-site" }, 115, "A+"},
		{"at 90 they count", func(f *SiteFacts) { f.Redirection, f.Referrer, f.Resource = HTTPFirst, "no-referrer", "same-site" }, 105, "A+"},
		{"at 85 they do not", func(f *SiteFacts) { f.Redirection, f.Sniffing, f.Resource = HTTPFirst, "", "same-site" }, 85, "A-"},
		{"at 90 without any", func(f *SiteFacts) { f.Redirection = HTTPFirst }, 90, "A"},
		{"no lower than 0", func(f *SiteFacts) {
			*f = SiteFacts{HTML: true, Sharing: SharedWithCredentials, Scripts: []ScriptFacts{{Foreign: true}}}
		}, 0, "F"},
	} {
		f := plain()
		test.change(&f)
		if score, letter, _ := Observatory(f); score != test.score || letter != test.letter {
			t.Errorf("%s: %d, %s; want %d, %s", test.name, score, letter, test.score, test.letter)
		}
	}
}

func TestObservatoryLetters(t *testing.T) {
	t.Parallel()
	for letter, scores := range map[string][]int{
		"A+": {100, 104, 140}, "A": {90, 95, 99}, "A-": {85, 89}, "B+": {80, 84}, "B": {70, 75, 79}, "B-": {65, 69}, "C+": {60, 64},
		"C": {50, 55, 59}, "C-": {45, 49}, "D+": {40, 44}, "D": {30, 35, 39}, "D-": {25, 29}, "F": {0, 5, 24},
	} {
		for _, score := range scores {
			if got := observatoryLetter(score); got != letter {
				t.Errorf("%d points: %s, want %s", score, got, letter)
			}
		}
	}
}

// TestObservatoryTellsWhatItLeavesOut: a reader must not take a gap for a pass.
func TestObservatoryTellsWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	f := plain()
	f.Sharing, f.Redirection = SharingUnknown, RedirectionUnknown
	_, _, tests := Observatory(f)
	for _, i := range []int{2, 3} {
		if !strings.HasPrefix(tests[i].Verdict, "not assessed") {
			t.Errorf("%s: %q", tests[i].Name, tests[i].Verdict)
		}
	}
}
