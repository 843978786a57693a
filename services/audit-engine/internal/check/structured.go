package check

import (
	"errors"
	"regexp"
	"strings"
)

// field is a value of a structured header (RFC 9651), as far as checks ask: a token or
// string, or several of them in parentheses.
type field struct {
	values []string
	list   bool // they stand in parentheses
}

// errStructured is all that a check needs to know: browsers then ignore the header.
var errStructured = errors.New("the header is not written as RFC 9651 asks, so browsers ignore it")

// The parts of a structured header, at the beginning of what is left to read.
var (
	fieldKey    = regexp.MustCompile(`^[a-z*][a-z0-9_.*-]*`)
	fieldString = regexp.MustCompile(`^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"`)
	// Tokens, numbers, booleans, bytes and dates. Checks tell none of these apart.
	fieldWord = regexp.MustCompile(`^(?:[A-Za-z*][A-Za-z0-9!#$%&'*+.^_` + "`" + `|~:/-]*|-?[0-9]{1,15}(?:\.[0-9]{1,3})?|\?[01]|:[A-Za-z0-9+/=]*:|@-?[0-9]{1,15})`)
)

// parseItem reads a header that is one value with parameters, such as
// Cross-Origin-Opener-Policy.
func parseItem(text string) (string, error) {
	r := fieldReader{strings.Trim(text, " ")}
	value, err := r.item()
	if err == nil && r.left != "" {
		err = errStructured
	}
	return value, err
}

// parseDictionary reads a header of keys and values, such as Permissions-Policy. Of a
// key that is there twice the last counts.
func parseDictionary(text string) (map[string]field, error) {
	r := fieldReader{strings.Trim(text, " ")}
	fields := map[string]field{}
	for r.left != "" {
		key, ok := r.match(fieldKey)
		if !ok {
			return nil, errStructured
		}
		value := field{values: []string{"?1"}}
		var err error
		if r.take("=") {
			value, err = r.member()
		} else {
			err = r.parameters()
		}
		if err != nil {
			return nil, err
		}
		fields[key] = value
		r.skip(" \t")
		if r.left == "" {
			break
		}
		if !r.take(",") {
			return nil, errStructured
		}
		if r.skip(" \t"); r.left == "" {
			return nil, errStructured // a comma with nothing behind
		}
	}
	return fields, nil
}

// fieldReader reads from the front of what is left.
type fieldReader struct{ left string }

func (r *fieldReader) skip(set string) { r.left = strings.TrimLeft(r.left, set) }

func (r *fieldReader) take(prefix string) bool {
	rest, found := strings.CutPrefix(r.left, prefix)
	r.left = rest
	return found
}

// match takes what pattern finds at the front: its group, or all of it.
func (r *fieldReader) match(pattern *regexp.Regexp) (string, bool) {
	m := pattern.FindStringSubmatch(r.left)
	if m == nil {
		return "", false
	}
	r.left = r.left[len(m[0]):]
	return m[len(m)-1], true
}

func (r *fieldReader) member() (field, error) {
	if !r.take("(") {
		value, err := r.item()
		return field{values: []string{value}}, err
	}
	f := field{list: true}
	for {
		spaced := strings.HasPrefix(r.left, " ") || len(f.values) == 0
		r.skip(" ")
		if r.take(")") {
			return f, r.parameters()
		}
		if !spaced {
			return field{}, errStructured
		}
		value, err := r.item()
		if err != nil {
			return field{}, err
		}
		f.values = append(f.values, value)
	}
}

// item reads one value and its parameters.
func (r *fieldReader) item() (string, error) {
	value, err := r.bare()
	if err != nil {
		return "", err
	}
	return value, r.parameters()
}

func (r *fieldReader) bare() (string, error) {
	if value, ok := r.match(fieldString); ok {
		return `"` + value + `"`, nil
	}
	if value, ok := r.match(fieldWord); ok {
		return value, nil
	}
	return "", errStructured
}

func (r *fieldReader) parameters() error {
	for r.take(";") {
		r.skip(" ")
		if _, ok := r.match(fieldKey); !ok {
			return errStructured
		}
		if r.take("=") {
			if _, err := r.bare(); err != nil {
				return err
			}
		}
	}
	return nil
}
