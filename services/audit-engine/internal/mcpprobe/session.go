package mcpprobe

import (
	"cmp"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// IDStrength is what two session ids of an endpoint tell about the next one.
type IDStrength struct {
	Length  int
	Charset string // of the part that differs
	// Bits is the most that guessing can cost: the logarithm to base 2 of how many ids
	// of this form there are. Ids may be weaker than they look, never stronger.
	Bits       float64
	Same       bool // two clients got one id
	Sequential bool // the second follows closely after the first
	Clock      bool // a UUID made of the time and the machine's address
}

// When the second id is called the next of the first: they differ in few hexadecimal
// digits, and little in their value. Other clients may have come in between.
const (
	maxDigits = 6
	maxStep   = 4096
)

// clockUUID is a UUID of version 1 (RFC 9562, section 5.1).
var clockUUID = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// Compare judges two ids that were given one after the other.
func Compare(first, second string) IDStrength {
	s := IDStrength{Length: max(len(first), len(second)), Same: first == second}
	s.Clock = clockUUID.MatchString(first) && clockUUID.MatchString(second)
	a, b := differing(first, second)
	var size float64
	s.Charset, size = charset(a + b)
	if n := max(len(a), len(b)); n > 0 {
		s.Bits = float64(n) * math.Log2(size)
		s.Sequential = n <= maxDigits && step(a, b) <= maxStep
	}
	if s.Clock {
		s.Bits = min(s.Bits, 60) // the bits of its clock; the rest is the same for all
	}
	return s
}

// step is how far apart two numbers are, decimal ones where both can be.
func step(a, b string) uint64 {
	base := 10
	if strings.Trim(a+b, "0123456789") != "" {
		base = 16
	}
	x, errX := strconv.ParseUint(cmp.Or(a, "0"), base, 64)
	y, errY := strconv.ParseUint(cmp.Or(b, "0"), base, 64)
	if errX != nil || errY != nil {
		return math.MaxUint64
	}
	return max(x, y) - min(x, y)
}

// differing is what is left of two texts without their common beginning and end, as
// far as separators stand between its parts, these left out.
func differing(a, b string) (string, string) {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	separators := strings.NewReplacer("-", "", ":", "", ".", "")
	return separators.Replace(a), separators.Replace(b)
}

func charset(s string) (name string, size float64) {
	for _, set := range []struct {
		name, of string
		size     float64
	}{
		{"digits", "0123456789", 10},
		{"hexadecimal digits", "0123456789abcdef", 16},
		{"hexadecimal digits", "0123456789ABCDEF", 16},
		{"lower-case letters and digits", "0123456789abcdefghijklmnopqrstuvwxyz", 36},
		{"upper-case letters and digits", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 36},
		{"letters and digits", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", 62},
		{"the Base64 alphabet", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/=_-", 64},
	} {
		if strings.Trim(s, set.of) == "" {
			return set.name, set.size
		}
	}
	return "visible characters", 94
}
