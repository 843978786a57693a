package report

import (
	"cmp"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
)

// standing is what an audit from outside can say about a clause. There is no
// "compliant": a remote scan can only show evidence against one.
type standing int

const (
	adverse standing = iota
	noneSeen
	notAssessable
)

func (s standing) String() string {
	return [...]string{"Adverse evidence", "None seen", "Not assessable remotely"}[s]
}

// clause is a row of the matrix.
type clause struct {
	name     string
	standing standing
	findings []int // which findings are evidence against it
}

type frameworkClauses struct {
	framework string
	clauses   []clause
}

// outOfReach names, for frameworks that the report speaks of, the parts that
// nobody can judge over the network. They stand in the matrix so that it does not
// look complete.
var outOfReach = []struct{ prefix, clauses string }{
	{"PCI", "Requirement 3, stored account data|Requirement 9, physical access|Requirement 10, logging and monitoring|Requirement 12, policies and programmes"},
	{"SOC 2", "CC1, control environment|CC2, communication and information|CC3, risk assessment|CC4, monitoring activities|CC5, control activities|CC9, risk mitigation"},
	{"ISO", "A.6, people controls|A.7, physical controls"},
	{"NIST CSF", "GV, govern|RS, respond|RC, recover"},
	{"HIPAA", "164.308, administrative safeguards|164.310, physical safeguards"},
	{"GDPR", "Art. 32(1)(c), restoring availability"},
}

// clauses gathers what the report says about each clause, by framework.
func clauses(r auditapi.Report) []frameworkClauses {
	against := map[auditapi.Control][]int{}
	all := slices.Clone(r.Controls)
	for i, finding := range r.Findings {
		all = append(all, finding.Controls...)
		if finding.Severity == auditapi.Info {
			continue // no weakness in itself, so no evidence against a clause
		}
		for _, c := range finding.Controls {
			if list := against[c]; len(list) == 0 || list[len(list)-1] != i {
				against[c] = append(list, i)
			}
		}
	}
	var out []frameworkClauses
	for _, g := range groupControls(all) {
		fc := frameworkClauses{framework: g.framework}
		for i, name := range g.clauses {
			c := clause{name: name, standing: noneSeen, findings: against[g.controls[i]]}
			if len(c.findings) > 0 {
				c.standing = adverse
			}
			fc.clauses = append(fc.clauses, c)
		}
		for _, o := range outOfReach {
			if strings.HasPrefix(strings.ToUpper(g.framework), strings.ToUpper(o.prefix)) {
				for name := range strings.SplitSeq(o.clauses, "|") {
					fc.clauses = append(fc.clauses, clause{name: name, standing: notAssessable})
				}
			}
		}
		out = append(out, fc)
	}
	return out
}

// controlGroup is the clauses of one framework in their natural order, and the
// controls that they were read from.
type controlGroup struct {
	framework string
	clauses   []string
	controls  []auditapi.Control
}

func groupControls(controls []auditapi.Control) []controlGroup {
	var out []controlGroup
	seen := map[auditapi.Control]bool{}
	at := map[string]int{}
	for _, c := range controls {
		if seen[c] {
			continue
		}
		seen[c] = true
		if _, ok := at[c.Framework]; !ok {
			at[c.Framework] = len(out)
			out = append(out, controlGroup{framework: cmp.Or(shorten(cleanLine(c.Framework), 60), "Other")})
		}
		g := &out[at[c.Framework]]
		g.controls = append(g.controls, c)
	}
	for i := range out {
		slices.SortStableFunc(out[i].controls, func(a, b auditapi.Control) int { return compareNatural(a.Clause, b.Clause) })
		for _, c := range out[i].controls {
			out[i].clauses = append(out[i].clauses, shorten(cleanLine(c.Clause), 80))
		}
	}
	return out
}

// compareNatural orders texts with numbers in them: 4.2.1 before 12.3.3.
func compareNatural(a, b string) int {
	for a != "" && b != "" {
		x, y := leadingDigits(a), leadingDigits(b)
		if x != "" && y != "" {
			p, q := strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q)); c != 0 {
				return c
			}
			a, b = a[len(x):], b[len(y):]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func leadingDigits(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
}
