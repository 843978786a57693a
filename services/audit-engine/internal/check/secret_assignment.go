package check

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"doorstep.example/services/audit-engine/internal/guard"
)

var (
	// assigned is a name that programs give a secret, and a value between quotes.
	assigned = regexp.MustCompile(`(?i)(password|passwd|db_?pass|(?:client|api|app|consumer|jwt)_?secret(?:_?key)?|secret_?key)["']?\s*[:=]\s*["']([^\s"'<>\\.]{8,64})["']`)
	// named are words for a password, which programs also give their labels and fields; word
	// is a part of such a text.
	named = regexp.MustCompile(`(?i)pass`)
	word  = regexp.MustCompile(`[a-z]{5}`)
	// basic is a name and its password as HTTP sends them.
	basic = regexp.MustCompile("(?i)\\bauthorization[\"']?\\]?\\s*[:=,]\\s*[\"'`]Basic ([A-Za-z0-9+/]{8,100}={0,2})[\"'`]")
)

// maxProgram bounds what is looked through of one script: secrets of one's own stand in
// small ones.
const maxProgram = 1 << 20

// ownScripts are the scripts of the site's own making, those in its pages among them.
func ownScripts(site *Site) []*guard.Response {
	var list []*guard.Response
	for _, page := range site.markup() {
		for _, text := range page.Document().Scripts {
			list = append(list, &guard.Response{Status: page.Status, URL: page.URL, Header: page.Header, Body: []byte(text)})
		}
	}
	for _, r := range site.Scripts {
		if r.BodyErr == nil && !publicLibrary(r.URL) {
			list = append(list, r)
		}
	}
	return list
}

// hints are parts of the names, by which they are found quickly.
var hints = []string{"assw", "ASSW", "_pass", "bPass", "bpass", "ecret", "ECRET", "Basic "}

// assignedSecrets describes passwords and secrets that a script gives to a variable or
// sends, by their names.
func assignedSecrets(script []byte) []string {
	script = script[:min(len(script), maxProgram)]
	var seen []string
	for _, hint := range hints {
		for from, n := 0, 0; n < maxItems; n++ {
			at := bytes.Index(script[from:], []byte(hint))
			if at < 0 {
				break
			}
			at += from
			from = at + len(hint)
			for _, text := range secretsIn(script[max(0, at-nearby/4):min(len(script), at+nearby)]) {
				if !slices.Contains(seen, text) {
					seen = append(seen, text)
				}
			}
		}
	}
	return seen
}

// secretsIn describes those of a part of a script.
func secretsIn(part []byte) []string {
	var seen []string
	for _, m := range assigned.FindAllSubmatch(part, maxMatches) {
		if value := string(m[2]); drawnSecret(value) && (!named.Match(m[1]) || !word.MatchString(value)) {
			seen = append(seen, fmt.Sprintf("%s: %s (%d characters)", quote(string(m[1])), masked(value, 2), len(value)))
		}
	}
	if m := basic.FindSubmatch(part); m != nil {
		plain, err := base64.StdEncoding.DecodeString(string(m[1]))
		name, password, both := strings.Cut(string(plain), ":")
		if err == nil && both && name != "" && looksSecret(password) {
			seen = append(seen, "Authorization: Basic, for "+quote(name))
		}
	}
	return seen
}

// drawnSecret reports a value that is neither a word nor the name of something, such as
// the short name that a build gives a style: it has letters in both cases or many of them,
// and at least two digits or signs.
func drawnSecret(value string) bool {
	different, digits, signs := map[rune]bool{}, 0, 0
	for _, c := range value {
		different[c] = true
		switch {
		case unicode.IsDigit(c):
			digits++
		case strings.ContainsRune("!#$%&*+/=?@^~", c):
			signs++
		}
	}
	long := len(value) >= 9 && inBothCases(value) || len(value) >= 20
	return looksSecret(value) && !sampleText.MatchString(value) && !strings.Contains(value, "__") && !strings.HasPrefix(value, "css-") &&
		len(different) >= 7 && digits+signs >= 2 && (long || signs > 0)
}
