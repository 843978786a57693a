package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// maxLine bounds one event; a test that prints a document in one line still fits.
const maxLine = 8 << 20

// event is one line of `go test -json` (see `go doc test2json`).
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// test names one test, or with an empty Test the package itself.
type test struct{ Package, Test string }

type report struct {
	out      io.Writer
	output   map[test]*strings.Builder
	builds   map[string]*strings.Builder // by ImportPath: what the compiler said
	packages int
	passed   int
	failed   map[string]bool // packages
	skipped  []test
	open     map[string]bool // packages that began and did not end
}

func newReport(out io.Writer) *report {
	return &report{
		out: out, output: map[test]*strings.Builder{}, builds: map[string]*strings.Builder{},
		failed: map[string]bool{}, open: map[string]bool{},
	}
}

func (r *report) read(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(r.out, lines.Text()) // go itself, before it could run anything
			r.failed["go test"] = true
			continue
		}
		r.take(e)
	}
	return lines.Err()
}

func (r *report) take(e event) {
	key := test{e.Package, e.Test}
	switch e.Action {
	case "start":
		r.open[e.Package] = true
	case "output":
		add(r.output, key, e.Output)
	case "build-output":
		add(r.builds, e.ImportPath, e.Output)
	case "build-fail":
		flush(r.out, r.builds, e.ImportPath)
		r.failed[e.ImportPath] = true
	case "pass", "fail", "skip":
		r.ended(key, e)
	}
}

func add[K comparable](m map[K]*strings.Builder, key K, text string) {
	if m[key] == nil {
		m[key] = &strings.Builder{}
	}
	m[key].WriteString(text)
}

// flush writes what was collected under key, once.
func flush[K comparable](out io.Writer, m map[K]*strings.Builder, key K) {
	if text := m[key]; text != nil {
		fmt.Fprint(out, text)
		delete(m, key)
	}
}

// ended handles the end of a test or of a package.
func (r *report) ended(key test, e event) {
	if key.Test != "" {
		switch e.Action {
		case "pass":
			r.passed++
			delete(r.output, key)
		case "fail":
			flush(r.out, r.output, key)
		case "skip":
			r.skipped = append(r.skipped, key)
		}
		return
	}
	delete(r.open, key.Package)
	switch e.Action {
	case "pass":
		r.packages++
		fmt.Fprintf(r.out, "ok  \t%s\t%.3fs\n", key.Package, e.Elapsed)
	case "fail":
		r.failed[key.Package] = true
		r.unfinished(key.Package)
		flush(r.out, r.output, key) // a panic, a race, the time limit
		fmt.Fprintf(r.out, "FAIL\t%s\t%.3fs\n", key.Package, e.Elapsed)
	}
}

// unfinished prints the output of tests that a panic cut off.
func (r *report) unfinished(pkg string) {
	for key, text := range r.output {
		if key.Package == pkg && key.Test != "" && !strings.Contains(text.String(), "--- ") {
			flush(r.out, r.output, key)
		}
	}
}

// finish prints the end and returns the exit code.
func (r *report) finish(strict bool) int {
	for _, key := range r.skipped {
		fmt.Fprintf(r.out, "--- SKIP: %s %s\n", key.Package, key.Test)
		flush(r.out, r.output, key)
	}
	for pkg := range r.open {
		r.failed[pkg] = true
	}
	fmt.Fprintf(r.out, "%d packages, %d tests passed, %d skipped, %d packages failed\n", r.packages, r.passed, len(r.skipped), len(r.failed))
	switch {
	case len(r.failed) > 0:
		fmt.Fprintln(r.out, "FAIL:", strings.Join(slices.Sorted(maps.Keys(r.failed)), " "))
	case strict && len(r.skipped) > 0:
		fmt.Fprintln(r.out, "FAIL: nothing may be skipped in CI")
	case r.passed == 0:
		fmt.Fprintln(r.out, "FAIL: no test ran")
	default:
		return 0
	}
	return 1
}
