package exposed

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
)

// Result is what a site gave away.
type Result struct {
	hits     []Hit
	verdicts []verdict // by row
	noRobots bool      // robots.txt could not be read, so nothing was asked for that it may disallow
	stopped  string    // why rows were not asked for, a sentence; empty: all were
}

// Hit is a row that was found.
type Hit struct {
	Row
	Status  int    // of the answer
	Seen    string // the part that proves it; of the site's making, but not a value
	Body    []byte // the beginning of a file of AgentFiles or Backups, to look for keys in; not to be shown
	Control string // the answer to a made-up name beside it; empty: not known
}

// Hits returns what was found of a check, in the order of the table.
func (r *Result) Hits(check string) []Hit {
	var list []Hit
	for _, h := range r.hits {
		if h.Check == check {
			list = append(list, h)
		}
	}
	return list
}

// Gap says how many rows of a check nothing is known about, and why, in sentences
// for the customer. It is empty when all were answered.
func (r *Result) Gap(check string) string {
	total, count := 0, map[verdict]int{}
	for i, row := range table {
		if row.Check == check {
			total++
			count[r.verdicts[i]]++
		}
	}
	missing := count[unasked] + count[disallowed] + count[unclear]
	if missing == 0 {
		return ""
	}
	reasons := []string{fmt.Sprintf("%d of %d addresses could not be looked at.", missing, total)}
	switch n := count[disallowed]; {
	case n > 0 && r.noRobots:
		reasons = append(reasons, "The site's robots.txt, which may ask to leave addresses out, could not be read.")
	case n > 0:
		reasons = append(reasons, fmt.Sprintf("The site's robots.txt asks to leave %d of them out.", n))
	}
	if n := count[unclear]; n > 0 {
		reasons = append(reasons, fmt.Sprintf("The answer to %d of them was too long or broke off.", n))
	}
	if count[unasked] > 0 {
		reasons = append(reasons, cmp.Or(r.stopped, "The site did not answer."))
	}
	return strings.Join(reasons, " ")
}

func (c control) String() string {
	return fmt.Sprintf("%s, a name that was made up for comparison, was answered %d %s.", c.path, c.status, http.StatusText(c.status))
}
