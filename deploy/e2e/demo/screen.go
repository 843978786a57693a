package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"doorstep.example/deploy/e2e/stack"
)

// screen writes to a terminal, or plainly to a file or a pipe.
type screen struct {
	w    io.Writer
	rich bool // colours, and lines that are overwritten
}

func newScreen(f *os.File) *screen {
	info, err := f.Stat()
	rich := err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return &screen{w: f, rich: rich}
}

// SGR codes.
const (
	bold  = "1"
	dim   = "2"
	red   = "31"
	green = "32"
	teal  = "36"
)

func (s *screen) paint(code, text string) string {
	if !s.rich {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s *screen) line(text string) { fmt.Fprintln(s.w, text) }

func (s *screen) note(text string) { s.line("  " + s.paint(dim, text)) }

func (s *screen) title(title, text string) {
	s.line("")
	s.line("  " + s.paint(bold, title) + "   " + s.paint(dim, text))
	s.line("")
}

func (s *screen) section(text string) {
	s.line("")
	s.line("  " + s.paint(bold, text))
}

func (s *screen) started(name string, st *stack.Stack) {
	about := map[string]string{
		stack.DemoTarget:  "the customer's (weak) site   " + st.TargetURL(),
		stack.Sandbox:     "Stripe's stand-in            " + st.SandboxURL() + "/",
		stack.Mailer:      "sends mail, here to files    " + "http://" + st.Addrs[stack.VarMailer],
		stack.AuditEngine: "scans and prints reports     " + st.EngineURL(),
		stack.Storefront:  "sells, listens, delivers     " + st.ShopURL() + "/",
	}
	s.line("  " + s.paint(green, "✓") + fmt.Sprintf(" %-15s", name) + s.paint(dim, about[name]))
}

func (s *screen) step(what, detail string) {
	s.line(fmt.Sprintf("    %9s  %s %s", "", s.paint(teal, fmt.Sprintf("%-9s", what)), detail))
}

func (s *screen) failure(err error) {
	s.line("")
	for l := range strings.SplitSeq(err.Error(), "\n") {
		s.line("  " + s.paint(red, "✗ "+l))
	}
}

// results says where everything lies and which pages to open.
func (s *screen) results(st *stack.Stack, audit sale) {
	s.section("What arrived")
	for _, row := range [][2]string{
		{"the report", audit.pdf},
		{"its mail", audit.mail.Path},
		{"all mails", st.Outbox()},
		{"logs", st.Dir + "/log"},
	} {
		s.line(fmt.Sprintf("    %-11s %s", row[0], row[1]))
	}
	s.section("Pages to open")
	for _, row := range [][2]string{
		{"the order", st.ShopURL() + "/orders/" + audit.order.ID},
		{"the shop", st.ShopURL() + "/"},
		{"payments", st.SandboxURL() + "/"},
	} {
		s.line(fmt.Sprintf("    %-11s %s", row[0], row[1]))
	}
	s.line("")
}

// timeline shows an order's way as it happens, in time since the payment.
type timeline struct {
	s        *screen
	from     time.Time
	seen     int
	progress string
	open     bool // the last line is a progress line that may be overwritten
}

func (s *screen) timeline(from time.Time) *timeline { return &timeline{s: s, from: from} }

// show prints what is new.
func (t *timeline) show(o stack.Order) {
	for _, e := range o.Timeline[min(t.seen, len(o.Timeline)):] {
		if e.Kind == "state" && e.To == "paid" {
			t.from = e.At // the shop's own clock, from here on
		}
		if e.From == "" && e.Kind == "state" {
			continue // the order form, printed before
		}
		what := e.To
		if e.Kind != "state" {
			what = e.Kind
		}
		if e.To == "ready" {
			t.lastProgress(o)
		}
		t.close()
		t.s.line(fmt.Sprintf("    %9s  %s %s", t.since(e.At), t.s.paint(teal, fmt.Sprintf("%-9s", what)), e.Detail))
	}
	t.seen = len(o.Timeline)
	if o.State == "working" && o.Progress != nil {
		t.bar(o)
	}
}

func (t *timeline) lastProgress(o stack.Order) {
	if o.Progress != nil && t.progress == "" {
		t.bar(o)
	}
}

// bar draws the scan's progress on one line that is overwritten; without a terminal
// each step is a line of its own.
func (t *timeline) bar(o stack.Order) {
	const width = 24
	filled := width * o.Progress.Done / max(1, o.Progress.Total)
	text := fmt.Sprintf("    %9s  %s %s%s %2d/%d  %s", "", t.s.paint(teal, fmt.Sprintf("%-9s", "scanning")),
		t.s.paint(green, strings.Repeat("━", filled)), t.s.paint(dim, strings.Repeat("─", width-filled)), o.Progress.Done, o.Progress.Total, o.Progress.Title)
	if text == t.progress {
		return
	}
	t.progress = text
	if !t.s.rich {
		t.s.line(text)
		return
	}
	fmt.Fprint(t.s.w, "\r\x1b[2K"+text)
	t.open = true
}

// close ends an overwritten line.
func (t *timeline) close() {
	if t.open {
		t.s.line("")
		t.open = false
	}
}

func (t *timeline) end() { t.close() }

func (t *timeline) since(at time.Time) string {
	d := at.Sub(t.from)
	if d < 0 {
		d = 0
	}
	if d < 10*time.Second {
		return fmt.Sprintf("+%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("+%.1f s", d.Seconds())
}
