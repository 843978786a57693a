package grade

import (
	"slices"
	"strings"
)

// SiteFacts is what MDN's HTTP Observatory looks at in a site.
type SiteFacts struct {
	Encrypted   bool // the page came over https
	Distrusted  bool // with a certificate that browsers reject
	HTML        bool
	Policy      PolicyFacts
	Cookies     []CookieFacts
	Sharing     Sharing
	Redirection Redirection
	Transport   TransportFacts
	Scripts     []ScriptFacts
	// Values of headers as they were sent, several joined by commas; empty: not sent.
	Referrer, Sniffing, Framing, Resource string
}

// Test is one test of the Observatory.
type Test struct {
	Name     string
	Verdict  string // in words
	Modifier int    // points
}

// verdict is an outcome of a test and the points for it.
type verdict struct {
	modifier int
	words    string
}

// notAssessed is no verdict of the Observatory: it looks for itself.
func notAssessed(why string) verdict { return verdict{0, "not assessed: " + why} }

// extraCredit is the score that must be reached without bonuses for these to count.
const extraCredit = 90

// observatoryLetters by the lowest score that earns them, after rounding down to 5.
var observatoryLetters = []struct {
	from int
	name string
}{
	{100, "A+"}, {90, "A"}, {85, "A-"}, {80, "B+"}, {70, "B"}, {65, "B-"}, {60, "C+"}, {50, "C"}, {45, "C-"},
	{40, "D+"}, {30, "D"}, {25, "D-"}, {0, "F"},
}

// Observatory reckons a site's score (from 0 to over 100), letter and tests by
// algorithm 4 of MDN's HTTP Observatory, as published with its version 1.4.8
// (github.com/mdn/mdn-http-observatory, src/grader and src/analyzer). It is different in
// that:
//
//   - a max-age that is no number counts as invalid, where the Observatory lets it pass;
//   - an answer that allows every origin with credentials fails, a verdict that the
//     Observatory has but never reaches;
//   - a directive that only a later one of several policies has counts as it stands, where
//     the Observatory reads 'none' for it;
//   - nobody is on the preload list, which is not asked.
func Observatory(f SiteFacts) (score int, letter string, tests []Test) {
	bonus := 0
	score = 100
	for _, t := range []struct {
		name string
		verdict
	}{
		{"Content Security Policy", f.policy()},
		{"Cookies", f.cookies()},
		{"Cross Origin Resource Sharing", f.sharing()},
		{"Redirection", f.redirection()},
		{"Referrer Policy", f.referrer()},
		{"Strict Transport Security", f.transport()},
		{"Subresource Integrity", f.integrity()},
		{"X-Content-Type-Options", f.sniffing()},
		{"X-Frame-Options", f.framing()},
		{"Cross Origin Resource Policy", f.resource()},
	} {
		score += t.modifier
		bonus += max(0, t.modifier)
		tests = append(tests, Test{Name: t.name, Verdict: t.words, Modifier: t.modifier})
	}
	if score-bonus < extraCredit {
		score -= bonus
	}
	score = max(0, score)
	return score, observatoryLetter(score), tests
}

func observatoryLetter(score int) string {
	for _, l := range observatoryLetters {
		if score-score%5 >= l.from {
			return l.name
		}
	}
	return "F"
}

// referrer judges the last value that browsers know.
func (f SiteFacts) referrer() verdict {
	private := []string{"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
	open := []string{"origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"}
	if f.Referrer == "" {
		return verdict{0, "not set"}
	}
	for _, value := range slices.Backward(strings.Split(strings.ToLower(f.Referrer), ",")) {
		switch value = strings.TrimSpace(value); {
		case slices.Contains(private, value):
			return verdict{5, "keeps addresses private"}
		case slices.Contains(open, value):
			return verdict{-5, "gives addresses to other sites"}
		}
	}
	return verdict{-5, "invalid"}
}

func (f SiteFacts) sniffing() verdict {
	switch value := strings.TrimSpace(f.Sniffing); {
	case value == "":
		return verdict{-5, "not set"}
	case strings.EqualFold(value, "nosniff"):
		return verdict{0, "nosniff"}
	}
	return verdict{-5, "invalid"}
}

func (f SiteFacts) framing() verdict {
	value := strings.ToLower(strings.TrimSpace(f.Framing))
	switch {
	case f.Policy.FrameAncestors:
		return verdict{5, "set by frame-ancestors of the policy"}
	case value == "deny", value == "sameorigin":
		return verdict{0, "DENY or SAMEORIGIN"}
	case strings.HasPrefix(value, "allow-from"):
		return verdict{0, "ALLOW-FROM"}
	case value == "":
		return verdict{-20, "not set"}
	}
	return verdict{-20, "invalid"}
}

func (f SiteFacts) resource() verdict {
	switch strings.ToLower(strings.TrimSpace(f.Resource)) {
	case "":
		return verdict{0, "not set"}
	case "same-origin", "same-site":
		return verdict{10, "for the own site alone"}
	case "cross-origin":
		return verdict{0, "for all sites"}
	}
	return verdict{-5, "invalid"}
}
