package grade

import (
	"testing"

	"doorstep.example/pkg/auditapi"
)

func TestOf(t *testing.T) {
	t.Parallel()
	const c, h, m, l, i = auditapi.Critical, auditapi.High, auditapi.Medium, auditapi.Low, auditapi.Info
	type summary = map[auditapi.Severity]int
	for _, test := range []struct {
		name   string
		in     summary
		score  int
		letter string
	}{
		{"nothing found", summary{}, 100, "A+"},
		{"only information", summary{i: 40}, 100, "A+"},
		{"one low", summary{l: 1}, 97, "A"},
		{"low ones are capped", summary{l: 50}, 85, "B"},
		{"one medium keeps from an A", summary{m: 1}, 89, "B"},
		{"two medium", summary{m: 2}, 84, "B"},
		{"medium ones are capped", summary{m: 50}, 60, "C"},
		{"medium and low", summary{m: 50, l: 50}, 45, "D"},
		{"one high keeps from a B", summary{h: 1}, 74, "C"},
		{"two high", summary{h: 2}, 60, "C"},
		{"three high", summary{h: 3}, 40, "D"},
		{"four high", summary{h: 4}, 20, "F"},
		{"one critical is an F", summary{c: 1}, 39, "F"},
		{"the floor is 0", summary{c: 9, h: 9, m: 9, l: 9}, 0, "F"},
		{"zero and negative counts do nothing", summary{c: 0, h: -3}, 100, "A+"},
	} {
		if score, letter := Of(test.in); score != test.score || letter != test.letter {
			t.Errorf("%s: Of(%v) = %d, %s; want %d, %s", test.name, test.in, score, letter, test.score, test.letter)
		}
	}
}

func TestMoreFindingsNeverHelp(t *testing.T) {
	t.Parallel()
	for _, severity := range auditapi.Severities() {
		last := 100
		for n := range 20 {
			score, _ := Of(map[auditapi.Severity]int{severity: n, auditapi.Low: 2})
			if score > last {
				t.Errorf("%d findings %s: score %d, with fewer %d", n, severity, score, last)
			}
			last = score
		}
	}
}
