package exposed

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/robots"
)

const (
	workers = 4           // the guard opens no more connections to a host
	maxTime = time.Minute // all of it; the guard's pace alone takes 16 s
)

// Ask sends one request to the site, without following redirects. It may end a body
// after Window bytes: a server need not honour the Range that is asked for.
type Ask func(ctx context.Context, method, path string, header http.Header) (*guard.Response, error)

// Probe asks a site for the rows of the table, within the rules of its robots.txt. It
// never fails: what it could not find out is told by the Gap of the result.
func Probe(ctx context.Context, ask Ask, rules robots.File) *Result {
	ctx, cancel := within(ctx)
	defer cancel()
	p := &prober{visitor: visitor{ask: ask}, besides: map[string]func() *control{}}
	r := &Result{verdicts: make([]verdict, len(table)), noRobots: rules.Closed}
	if p.baseline(ctx) {
		p.sweep(ctx, rules, r)
		p.lookBack(ctx, r)
	}
	r.stopped = p.why()
	return r
}

// within bounds the time: the checks that come later need some of what is left.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := maxTime
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end)*6/10)
	}
	return context.WithTimeout(ctx, limit)
}

// prober is one run of Probe.
type prober struct {
	visitor
	controls []control // the baseline
	statuses []int     // by row: of the answer, 0 if there was none

	mu      sync.Mutex
	besides map[string]func() *control // by folder and extension
}

// baseline asks for made-up names, and reports whether the site answered to one of
// each shape.
func (p *prober) baseline(ctx context.Context) bool {
	paths := baselinePaths()
	answers := make([]*guard.Response, len(paths))
	each(len(paths), func(i int) { answers[i] = p.visit(ctx, paths[i]) })
	for i, r := range answers {
		if r != nil {
			p.controls = append(p.controls, newControl(paths[i], newAnswer(r)))
		} else if answers[i^1] == nil { // the other of the pair
			p.stop("The site did not tell how it answers to names that do not exist, so nothing would prove that a file is one.")
			return false
		}
	}
	return true
}

// sweep fills in the verdicts and hits of r.
func (p *prober) sweep(ctx context.Context, rules robots.File, r *Result) {
	hits := make([]*Hit, len(table))
	p.statuses = make([]int, len(table))
	each(len(table), func(i int) {
		if binding(table[i]) && !rules.Allows(table[i].Path) {
			r.verdicts[i] = disallowed
			return
		}
		hits[i], r.verdicts[i], p.statuses[i] = p.look(ctx, table[i])
	})
	for _, hit := range hits {
		if hit != nil {
			r.hits = append(r.hits, *hit)
		}
	}
}

// binding reports whether robots.txt counts for the row; see the package's doc.
func binding(row Row) bool { return row.Check != VCS && row.Check != Secrets }

func (p *prober) look(ctx context.Context, row Row) (*Hit, verdict, int) {
	r := p.visit(ctx, row.Path)
	if r == nil {
		return nil, unasked, 0
	}
	if r.BodyErr != nil && r.Status < http.StatusMultipleChoices {
		return nil, unclear, r.Status
	}
	a := newAnswer(r)
	seen, v := judge(row, a, p.controls)
	if v != found {
		return nil, v, r.Status
	}
	hit := &Hit{Row: row, Status: r.Status, Seen: seen}
	if c := p.beside(ctx, row.Path); c != nil {
		if _, v = judge(row, a, []control{*c}); v != found {
			return nil, v, r.Status
		}
		hit.Control = c.String()
	}
	if row.Check == AgentFiles || row.Check == Backups {
		hit.Body = a.body
	}
	return hit, found, r.Status
}

// beside returns the answer to a made-up name in the folder of path and with its
// extension, or nil. Each of these is asked for once.
func (p *prober) beside(ctx context.Context, path string) *control {
	kind := beside(path, "*")
	p.mu.Lock()
	ask := p.besides[kind]
	if ask == nil {
		ask = sync.OnceValue(func() *control {
			other := beside(path, madeUp())
			r := p.visit(ctx, other)
			if r == nil || r.BodyErr != nil {
				return nil
			}
			c := newControl(other, newAnswer(r))
			return &c
		})
		p.besides[kind] = ask
	}
	p.mu.Unlock()
	return ask()
}

// lookBack asks for a made-up name once more. A site that lets us in no longer has
// said nothing with the refusals before.
func (p *prober) lookBack(ctx context.Context, r *Result) {
	first := p.controls[0].status
	last := p.visit(ctx, "/"+madeUp())
	if last == nil || last.Status == first || !refusal(last.Status) {
		return
	}
	for i, status := range p.statuses {
		if status == last.Status && r.verdicts[i] != found {
			r.verdicts[i] = unasked
		}
	}
	p.stop("On the way, the site began to turn the audit away.")
}

// refusal reports statuses with which protections turn visitors away.
func refusal(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotAcceptable
}

// each calls do with 0 to n-1, in order, from several workers.
func each(n int, do func(i int)) {
	var group sync.WaitGroup
	var next atomic.Int64
	for range workers {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	group.Wait()
}
