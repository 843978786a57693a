// Package grade turns findings into a score and a grade. The arithmetic is ours and
// is printed in the report:
//
//   - A target starts at 100. Each finding takes off points by its severity:
//     critical 40, high 20, medium 8, low 3, information 0.
//   - Small things do not add up to a failure: all medium findings together take at
//     most 40 points, all low ones at most 15.
//   - One bad hole is not made good by a tidy rest: with a critical finding the
//     score is at most 39 (F), with a high one at most 74 (C), with a medium one at
//     most 89 (B).
//   - A+ is 100, A from 90, B from 75, C from 60, D from 40, F below.
//
// Beside it stand two reckonings by public rules, so that a reader can compare:
// Observatory by those of MDN, SSLLabs by those of Qualys. They change nothing in ours.
package grade

import "doorstep.example/pkg/auditapi"

// rule is what findings of one severity do to the score.
type rule struct {
	each    int // points off for each finding
	most    int // points off for all of them together
	ceiling int // the score is at most this with one of them
}

var rules = map[auditapi.Severity]rule{
	auditapi.Critical: {each: 40, most: 100, ceiling: 39},
	auditapi.High:     {each: 20, most: 100, ceiling: 74},
	auditapi.Medium:   {each: 8, most: 40, ceiling: 89},
	auditapi.Low:      {each: 3, most: 15, ceiling: 99},
	auditapi.Info:     {each: 0, most: 0, ceiling: 100},
}

// letters by the lowest score that earns them.
var letters = []struct {
	from int
	name string
}{{100, "A+"}, {90, "A"}, {75, "B"}, {60, "C"}, {40, "D"}, {0, "F"}}

// Of returns score and letter for the number of findings by severity.
func Of(summary map[auditapi.Severity]int) (score int, letter string) {
	score, ceiling := 100, 100
	for severity, n := range summary {
		if n <= 0 {
			continue
		}
		r := rules[severity]
		score -= min(n*r.each, r.most)
		ceiling = min(ceiling, r.ceiling)
	}
	score = max(0, min(score, ceiling))
	for _, l := range letters {
		if score >= l.from {
			return score, l.name
		}
	}
	return score, "F"
}
