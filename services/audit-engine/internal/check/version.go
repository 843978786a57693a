package check

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// version is a version number as libraries and servers write it: 1.12.4, 2.0.0-rc.1.
// Missing parts are zero; a version with a name after it comes before the one
// without.
type version struct {
	parts   [4]int
	preview string
}

// parseVersion reads a version of one to four numbers. Anything else is none.
func parseVersion(text string) (v version, ok bool) {
	text = strings.TrimPrefix(text, "v")
	text, _, _ = strings.Cut(text, "+")
	numbers, preview, _ := strings.Cut(text, "-")
	fields := strings.Split(numbers, ".")
	if len(text) > 40 || len(fields) > len(v.parts) {
		return version{}, false
	}
	for i, field := range fields {
		n, err := strconv.ParseUint(field, 10, 24)
		if err != nil {
			return version{}, false
		}
		v.parts[i] = int(n)
	}
	v.preview = strings.ToLower(preview)
	return v, true
}

// mustVersion is parseVersion for the tables. A version that cannot be read is a bug.
func mustVersion(text string) version {
	v, ok := parseVersion(text)
	if !ok {
		panic("check: no version: " + text)
	}
	return v
}

// String is the version as it is written.
func (v version) String() string {
	last := len(v.parts)
	if v.parts[last-1] == 0 {
		last--
	}
	var numbers []string
	for _, n := range v.parts[:last] {
		numbers = append(numbers, strconv.Itoa(n))
	}
	text := strings.Join(numbers, ".")
	if v.preview != "" {
		text += "-" + v.preview
	}
	return text
}

func (v version) compare(w version) int {
	if by := slices.Compare(v.parts[:], w.parts[:]); by != 0 {
		return by
	}
	switch {
	case v.preview == w.preview:
		return 0
	case v.preview == "":
		return 1
	case w.preview == "":
		return -1
	}
	return cmp.Compare(v.preview, w.preview)
}

func (v version) less(w version) bool { return v.compare(w) < 0 }

// branch is a range of versions: from is in it, before is not.
type branch struct{ from, before version }

func (b branch) holds(v version) bool { return !v.less(b.from) && v.less(b.before) }

// parseBranch reads "1.2.0 1.9.0", or "1.9.0" for everything before it.
func parseBranch(text string) branch {
	from, before, two := strings.Cut(text, " ")
	if !two {
		from, before = "0", text
	}
	return branch{mustVersion(from), mustVersion(before)}
}
