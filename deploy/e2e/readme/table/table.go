// Package table writes the programs' tables of variables into the README, between
// markers that a reader does not see:
//
//	<!-- variables:storefront -->
//	…
//	<!-- /variables -->
package table

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

const closing = "<!-- /variables -->"

var marker = regexp.MustCompile(`<!-- variables:([a-z0-9-]+) -->|<!-- /variables -->`)

// Render returns readme with the table of each program between its markers. What
// stands outside the markers is not touched, and rendering twice changes nothing.
// The error names every marker that is missing, open, doubled or unknown.
func Render(readme []byte, tables map[string][]byte) ([]byte, error) {
	places, failures := find(readme)
	seen := map[string]bool{}
	for _, p := range places {
		if _, known := tables[p.name]; !known {
			failures = append(failures, fmt.Errorf("<!-- variables:%s -->: there is no program of that name", p.name))
		}
		if seen[p.name] {
			failures = append(failures, fmt.Errorf("<!-- variables:%s --> stands there twice", p.name))
		}
		seen[p.name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		if !seen[name] {
			failures = append(failures, fmt.Errorf("<!-- variables:%s --> is missing; add it, and %s below it", name, closing))
		}
	}
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	var out []byte
	last := 0
	for _, p := range places {
		out = append(out, readme[last:p.from]...)
		out = fmt.Appendf(out, "\n\n%s\n\n", bytes.TrimSpace(tables[p.name]))
		last = p.to
	}
	return append(out, readme[last:]...), nil
}

// place is where a program's table stands: between its two markers.
type place struct {
	name     string
	from, to int
}

func find(readme []byte) (places []place, failures []error) {
	open := place{}
	for _, at := range marker.FindAllSubmatchIndex(readme, -1) {
		begins := at[2] >= 0
		switch {
		case begins && open.name != "":
			failures = append(failures, unclosed(open.name))
			fallthrough
		case begins:
			open = place{name: string(readme[at[2]:at[3]]), from: at[1]}
		case open.name == "":
			failures = append(failures, fmt.Errorf("%s closes nothing", closing))
		default:
			open.to = at[0]
			places = append(places, open)
			open = place{}
		}
	}
	if open.name != "" {
		failures = append(failures, unclosed(open.name))
	}
	return places, failures
}

func unclosed(name string) error {
	return fmt.Errorf("<!-- variables:%s --> is not closed; add %s below it", name, closing)
}
