package crawl

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/robots"
)

// Bounds of one crawl.
const (
	maxPages    = 20 // with the front page
	maxScripts  = 20
	maxRequests = 40       // for pages, with those that only lead on
	maxQueue    = 500      // links that wait; more are forgotten
	maxFailures = 3        // in a row, then the site has had enough
	maxBytes    = 10 << 20 // of all answers together; the last ones may go over it
	atOnce      = 3        // requests; the guard lets four connections be open
)

// Time for a crawl. What is there by then counts.
const (
	budget      = 15 * time.Second
	pagesBudget = 10 * time.Second // so that some is left for scripts
)

// Result is what a crawl has read.
type Result struct {
	Pages   []*check.Page     // the front page first, then breadth first
	Scripts []*guard.Response // in the order in which pages load them
	// Redirects are what some links led to instead of a page: they set cookies, too.
	Redirects []*guard.Response
}

// crawl is one crawl on its way.
type crawl struct {
	client *guard.Client
	front  *guard.Response
	origin string
	robots robots.File

	seen      map[string]bool
	redirects []*guard.Response
	variety   variety
	queue     []*url.URL
	failures  int
	busy      bool // the site asked to be left alone
	bytes     int  // of all answers
	largest   int  // bytes of one
}

// Run crawls from front, which is the answer at the end of the redirects, within the
// rules of the site's robots.txt. It never fails: what cannot be read is not in the
// result.
func Run(ctx context.Context, client *guard.Client, front *guard.Response, rules robots.File) Result {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	c := &crawl{
		client: client, front: front, origin: origin(front.URL), robots: rules,
		seen: map[string]bool{}, variety: variety{shapes: map[string]int{}},
	}
	first := check.NewPage(front)
	result := Result{Pages: []*check.Page{first}}
	if front.Status == http.StatusTooManyRequests || front.Status == http.StatusServiceUnavailable {
		return result
	}
	c.weigh(front)
	c.seen[key(front.URL)] = true
	c.variety.take(front.URL)
	c.follow(first)
	result.Pages = append(result.Pages, c.readPages(ctx)...)
	result.Scripts = c.readScripts(ctx, result.Pages)
	result.Redirects = c.redirects
	return result
}

// key is one address, however its fragment reads.
func key(u *url.URL) string { return u.RequestURI() }

// follow queues the links of a page.
func (c *crawl) follow(p *check.Page) {
	for _, a := range p.Document().Anchors {
		if !a.Action && len(c.queue) < maxQueue && c.fresh(a.URL) && c.variety.take(a.URL) {
			c.push(a.URL)
		}
	}
}

// fresh reports whether u is a page of the site that was not asked for.
func (c *crawl) fresh(u *url.URL) bool {
	return origin(u) == c.origin && page(u) && !c.seen[key(u)]
}

func (c *crawl) push(u *url.URL) {
	c.seen[key(u)] = true
	c.queue = append(c.queue, u)
}

// next takes up to n allowed addresses from the queue.
func (c *crawl) next(n int) []*url.URL {
	var wave []*url.URL
	for len(c.queue) > 0 && len(wave) < n {
		u := c.queue[0]
		c.queue = c.queue[1:]
		if c.robots.Allows(u.RequestURI()) {
			wave = append(wave, u)
		}
	}
	return wave
}

func (c *crawl) over(ctx context.Context) bool {
	return ctx.Err() != nil || c.busy || c.failures >= maxFailures || c.bytes >= maxBytes
}

func (c *crawl) weigh(r *guard.Response) {
	c.bytes, c.largest = c.bytes+len(r.Body), max(c.largest, len(r.Body))
}

// abreast is how many answers to ask for at the same time: fewer where a large one more
// would be one too many.
func (c *crawl) abreast() int {
	return max(1, min(atOnce, (maxBytes-c.bytes)/max(1, c.largest)))
}

func (c *crawl) readPages(ctx context.Context) []*check.Page {
	ctx, cancel := context.WithTimeout(ctx, pagesBudget)
	defer cancel()
	var pages []*check.Page
	for asked := 0; len(pages) < maxPages-1 && asked < maxRequests && !c.over(ctx); {
		wave := c.next(min(c.abreast(), maxPages-1-len(pages)))
		if len(wave) == 0 {
			break
		}
		asked += len(wave)
		for _, answer := range c.ask(ctx, wave) {
			if answer == nil {
				continue
			}
			if location := answer.Header.Get("Location"); answer.Status/100 == 3 && location != "" {
				c.redirects = append(c.redirects, answer)
				// Where a page has moved to is the same kind of page, and yet to be read.
				if u, err := answer.URL.Parse(location); err == nil && c.fresh(u) {
					c.push(u)
				}
				continue
			}
			if readable(answer) {
				p := check.NewPage(answer)
				pages = append(pages, p)
				c.follow(p)
			}
		}
	}
	return pages
}

// ask asks for all of wave at once. Answers are in the order of wave; nil is none.
func (c *crawl) ask(ctx context.Context, wave []*url.URL) []*guard.Response {
	answers := make([]*guard.Response, len(wave))
	var group sync.WaitGroup
	for i, u := range wave {
		group.Go(func() {
			target, err := c.client.Sibling(c.front.Target, u.RequestURI())
			if err != nil {
				return
			}
			if answer, err := c.client.Do(ctx, guard.Request{Target: target, NoFollow: true, Probe: true}); err == nil {
				answers[i] = answer
			}
		})
	}
	group.Wait()
	for _, answer := range answers {
		if answer == nil {
			c.failures++
			continue
		}
		c.failures = 0
		c.weigh(answer)
		c.busy = c.busy || answer.Status == http.StatusTooManyRequests || answer.Status == http.StatusServiceUnavailable
	}
	return answers
}

// readable reports whether an answer is text that was read whole. One that does not
// say what it is counts: that is a finding.
func readable(r *guard.Response) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	text := err != nil || strings.HasPrefix(media, "text/") || strings.HasSuffix(media, "json") || strings.HasSuffix(media, "xml")
	return r.BodyErr == nil && text
}

func (c *crawl) readScripts(ctx context.Context, pages []*check.Page) []*guard.Response {
	var wanted []*url.URL
	for _, p := range pages {
		for _, r := range p.Document().Resources {
			if r.Tag != "script" && r.Rel != "modulepreload" {
				continue
			}
			if len(wanted) < maxScripts && origin(r.URL) == c.origin && !c.seen[key(r.URL)] && c.robots.Allows(r.URL.RequestURI()) {
				c.seen[key(r.URL)] = true
				wanted = append(wanted, r.URL)
			}
		}
	}
	var scripts []*guard.Response
	for len(wanted) > 0 && !c.over(ctx) {
		n := min(c.abreast(), len(wanted))
		for _, answer := range c.ask(ctx, wanted[:n]) {
			// A page in place of a script is how many sites say that it is not there.
			if answer != nil && answer.Status == http.StatusOK && answer.BodyErr == nil && !check.NewPage(answer).HTML() {
				scripts = append(scripts, answer)
			}
		}
		wanted = wanted[n:]
	}
	return scripts
}
