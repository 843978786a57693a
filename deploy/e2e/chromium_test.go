package e2e_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"doorstep.example/pkg/database/databasetest"
)

// tab is a browser window of its own profile, and what went wrong in it.
type tab struct {
	*testing.T
	ctx      context.Context // chromedp keeps the browser in its context
	mu       sync.Mutex
	problems []string
}

// openBrowser starts Chromium. At the end of the test nothing may have been
// complained of: no exception, no error or warning on the console, no breach of the
// pages' own policy (the browser reports those on the console), no failed load.
func openBrowser(t *testing.T) *tab {
	t.Helper()
	path := chromium(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(1280, 900), chromedp.Flag("lang", "en"),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("no-proxy-server", true))
	allocator, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	limited, cancel := context.WithTimeout(allocator, 2*patience)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(limited)
	b := &tab{T: t, ctx: ctx}
	messages := chromedp.Console(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		for m, err := range messages {
			if err != nil {
				return // the browser is closed
			}
			b.hear(m)
		}
	})
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until the browser is gone; an error is one of the shutting down
		cancel()
		group.Wait()
		for _, problem := range b.problems {
			t.Error("the browser complains:", problem)
		}
	})
	b.do(chromedp.Navigate("about:blank"))
	return b
}

func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	databasetest.Missing(t, "chromium (apt-get install chromium)")
	return ""
}

func (b *tab) hear(m chromedp.ConsoleMessage) {
	switch m.Type {
	case chromedp.ConsoleError, chromedp.ConsoleException, chromedp.ConsoleWarning:
		b.mu.Lock()
		defer b.mu.Unlock()
		b.problems = append(b.problems, strings.Join([]string{string(m.Type), m.Text, m.URL}, " "))
	}
}

// do runs steps and fails the test with the page as it then is.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.fail(err)
	}
}

// load runs steps that lead to another page and returns its status.
func (b *tab) load(steps ...chromedp.Action[chromedp.Void]) int64 {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	resp, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		b.fail(err)
	}
	return resp.Status
}

func (b *tab) fail(err error) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	where, _ := chromedp.Run(ctx, chromedp.Location())                     // what cannot be told is left out
	html, _ := chromedp.Run(ctx, chromedp.OuterHTML(chromedp.CSS("body"))) // likewise
	b.Fatalf("%v\nat %s:\n%.3000s", err, where, html)
}

// where is the address of the page.
func (b *tab) where() string {
	b.Helper()
	return ask(b, chromedp.Location())
}

// ask runs one question to the page.
func ask[T any](b *tab, question chromedp.Action[T]) T {
	b.Helper()
	answer, err := chromedp.Run(b.ctx, question)
	if err != nil {
		b.fail(err)
	}
	return answer
}

// fill types into a field that is empty.
func fill(selector chromedp.CSS, text string) chromedp.Action[chromedp.Void] {
	return chromedp.SendKeys(selector, text)
}

// looks are the ways in which every page is photographed.
var looks = []struct {
	name   string
	scheme string
	width  int64
	height int64
}{
	{"light", "light", 1280, 900},
	{"dark", "dark", 1280, 900},
	{"phone", "light", 375, 812},
	{"phone-dark", "dark", 375, 812},
}

// shoot photographs the page in every look into var/shots, and wants that a phone need
// not scroll sideways and that everybody can use what they see.
func (b *tab) shoot(name string) {
	b.Helper()
	script := axe(b.T)
	dir := filepath.Join(root, "var", "shots")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		b.Fatal(err)
	}
	for _, look := range looks {
		b.look(look.scheme, look.width, look.height)
		if overflow := ask(b, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`)); overflow > 0 {
			b.Errorf("%s is %d pixels wider than the window (%s)", name, overflow, look.name)
		}
		b.wantAccessible(name+" ("+look.name+")", script)
		png := ask(b, chromedp.FullScreenshot(100))
		if err := os.WriteFile(filepath.Join(dir, name+"-"+look.name+".png"), png, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	b.look("light", looks[0].width, looks[0].height)
}

func (b *tab) look(scheme string, width, height int64) {
	b.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		b.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(width, height))
}
