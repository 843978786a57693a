package mcpprobe

import "strings"

// maxChallenge bounds how much of a WWW-Authenticate is read.
const maxChallenge = 16 << 10

// Challenge is one challenge of WWW-Authenticate (RFC 9110, section 11.6.1).
type Challenge struct {
	Scheme     string            // in lower case
	Parameters map[string]string // names in lower case
}

// parseChallenges reads all challenges of the header's values. What breaks the
// grammar ends the value it stands in; what was read before it counts.
func parseChallenges(values []string) []Challenge {
	var out []Challenge
	for _, value := range values {
		out = append(out, (&challengeReader{rest: value[:min(len(value), maxChallenge)]}).read()...)
	}
	return out
}

// challengeReader walks through one value of the header.
type challengeReader struct{ rest string }

func (r *challengeReader) read() []Challenge {
	var out []Challenge
	for {
		r.skip(" \t,")
		word := r.token()
		if word == "" {
			return out
		}
		space := r.skip(" \t")
		if len(out) > 0 && r.next("=") && !r.next("==") { // name = value of the last challenge
			r.rest = r.rest[1:]
			r.skip(" \t")
			value, ok := r.value()
			if !ok {
				return out
			}
			last := out[len(out)-1].Parameters
			if name := strings.ToLower(word); last[name] == "" {
				last[name] = value
			}
			continue
		}
		if len(out) > 0 && !space && r.rest != "" && !r.next(",") {
			return out
		}
		out = append(out, Challenge{Scheme: strings.ToLower(word), Parameters: map[string]string{}})
		r.token68()
	}
}

// token68 passes over the one unnamed value that a scheme such as Negotiate has.
func (r *challengeReader) token68() {
	const symbols = "-._~+/"
	n := 0
	for n < len(r.rest) && (isAlphanumeric(r.rest[n]) || strings.IndexByte(symbols, r.rest[n]) >= 0) {
		n++
	}
	end := n + len(r.rest[n:]) - len(strings.TrimLeft(r.rest[n:], "="))
	after := strings.TrimLeft(r.rest[end:], " \t")
	if n > 0 && (after == "" || after[0] == ',') {
		r.rest = r.rest[end:]
	}
}

func (r *challengeReader) next(prefix string) bool { return strings.HasPrefix(r.rest, prefix) }

func (r *challengeReader) skip(set string) bool {
	before := len(r.rest)
	r.rest = strings.TrimLeft(r.rest, set)
	return len(r.rest) < before
}

func (r *challengeReader) token() string {
	const symbols = "!#$%&'*+-.^_`|~"
	n := 0
	for n < len(r.rest) && (isAlphanumeric(r.rest[n]) || strings.IndexByte(symbols, r.rest[n]) >= 0) {
		n++
	}
	word := r.rest[:n]
	r.rest = r.rest[n:]
	return word
}

// value reads a quoted string, or what goes as far as the next comma or space: many
// servers forget the quotes around an address.
func (r *challengeReader) value() (string, bool) {
	if !r.next(`"`) {
		word := r.rest
		if end := strings.IndexAny(word, ", \t\""); end >= 0 {
			word = word[:end]
		}
		r.rest = r.rest[len(word):]
		return word, word != ""
	}
	var b strings.Builder
	for i := 1; i < len(r.rest); i++ {
		switch r.rest[i] {
		case '"':
			r.rest = r.rest[i+1:]
			return b.String(), true
		case '\\':
			if i++; i == len(r.rest) {
				return "", false
			}
		}
		b.WriteByte(r.rest[i])
	}
	return "", false
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
