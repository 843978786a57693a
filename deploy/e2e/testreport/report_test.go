package main

import (
	"strings"
	"testing"
)

const (
	begins  = `{"Action":"start","Package":"p"}` + "\n"
	passes  = `{"Action":"output","Package":"p","Test":"TestA","Output":"quiet\n"}` + "\n" + `{"Action":"pass","Package":"p","Test":"TestA"}` + "\n"
	skips   = `{"Action":"output","Package":"p","Test":"TestB","Output":"needs a thing\n"}` + "\n" + `{"Action":"skip","Package":"p","Test":"TestB"}` + "\n"
	fails   = `{"Action":"output","Package":"p","Test":"TestC","Output":"want 1\n"}` + "\n" + `{"Action":"fail","Package":"p","Test":"TestC"}` + "\n"
	panics  = `{"Action":"output","Package":"p","Test":"TestD","Output":"panic: oh\n"}` + "\n"
	good    = `{"Action":"pass","Package":"p","Elapsed":0.25}` + "\n"
	bad     = `{"Action":"fail","Package":"p","Elapsed":0.25}` + "\n"
	noTests = `{"Action":"start","Package":"q"}` + "\n" + `{"Action":"skip","Package":"q"}` + "\n"
	noBuild = `{"ImportPath":"p","Action":"build-output","Output":"x.go:1: undefined\n"}` + "\n" + `{"ImportPath":"p","Action":"build-fail"}` + "\n"
)

func TestReport(t *testing.T) {
	for _, test := range []struct {
		name, in string
		strict   bool
		want     int
		has, not string
	}{
		{"all passed", begins + passes + good, true, 0, "ok  \tp\t0.250s\n", "quiet"},
		{"a package without tests", begins + passes + good + noTests, true, 0, "1 packages, 1 tests passed, 0 skipped", "q"},
		{"skipped at home", begins + passes + skips + good, false, 0, "--- SKIP: p TestB\nneeds a thing\n", "FAIL"},
		{"skipped in CI", begins + passes + skips + good, true, 1, "FAIL: nothing may be skipped in CI", ""},
		{"failed", begins + passes + fails + bad, false, 1, "want 1\nFAIL\tp\t0.250s\n", "quiet"},
		{"panic", begins + passes + panics + bad, false, 1, "panic: oh\n", "quiet"},
		{"not built", begins + noBuild + bad, false, 1, "x.go:1: undefined\n", ""},
		{"cut off", begins + passes, false, 1, "FAIL: p", "ok  "},
		{"go itself", "go: no such module\n", false, 1, "go: no such module\n", ""},
		{"nothing", "", false, 1, "no test ran", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			got := run(strings.NewReader(test.in), &out, test.strict)
			if got != test.want || !strings.Contains(out.String(), test.has) || (test.not != "" && strings.Contains(out.String(), test.not)) {
				t.Errorf("exit %d, want %d; output:\n%s", got, test.want, out.String())
			}
		})
	}
}
