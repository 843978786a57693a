// Package truth_test holds the audit against servers whose faults are known: weak ones,
// on which everything that the list of checks promises must be found and no more; and
// good and odd ones, about which there is nothing to say. The servers are real: nginx,
// OpenSSL's, Go's. The engine is the real program.
//
//	main_test.go         builds and starts the engine; addresses that it may audit
//	story_test.go        a story: a server, and what is true of it
//	certificate_test.go  the authority that visitors trust, and certificates of any kind
//	nginx_test.go        starts nginx
//	weak_*_test.go       weak servers
//	good_test.go         good ones
//	odd_*_test.go        good ones that look weak at first sight
package truth_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"doorstep.example/deploy/e2e/stack"
)

// places is how many servers the stories can start, and atOnce how many run at the same
// time: an audit waits more than it reckons.
const (
	places = 320
	atOnce = "12"
)

// The engine and what it knows.
var (
	engine *stack.Stack
	public *authority // the one authority that its visitors trust
	free   pool
)

// pool are addresses that the engine may audit. They are taken from the beginning, so
// that nobody else gets them.
type pool struct {
	mu        sync.Mutex
	listeners []net.Listener
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	flag.Parse()
	if err := flag.Set("test.parallel", atOnce); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	dir, err := os.MkdirTemp("", "doorstep-truth-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := start(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if p := engine.Process(stack.AuditEngine); !p.Running() {
		fmt.Fprintf(os.Stderr, "The engine ended on the way, with %d:\n%s\n", p.ExitCode(), p.Tail(5))
		code = 1
	}
	if code != 0 {
		fmt.Fprintln(os.Stderr, "Warnings of the engine:\n"+warnings(engine.Process(stack.AuditEngine).Tail(5000)))
	}
	if err := engine.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// warnings are the lines of a log that are not only information, without those about its settings.
func warnings(log string) string {
	var kept []string
	for line := range strings.Lines(log) {
		if !strings.Contains(line, "level=INFO") && !strings.Contains(line, "AUDIT_") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func start(dir string) error {
	working, err := os.Getwd()
	if err != nil {
		return err
	}
	root := filepath.Join(working, "..", "..", "..")
	bin, err := build(root, dir)
	if err != nil {
		return err
	}
	addrs, err := stack.Free()
	if err != nil {
		return err
	}
	targets, err := free.fill()
	if err != nil {
		return err
	}
	if public, err = newAuthority(); err != nil {
		return err
	}
	roots := filepath.Join(dir, "roots.pem")
	if err := os.WriteFile(roots, public.pem(), 0o600); err != nil {
		return err
	}
	engine, err = stack.Start(context.Background(), stack.Config{
		Bin: bin, Root: root, Dir: dir, Addrs: addrs,
		Env: map[string]string{
			"AUDIT_LAB_TARGETS": strings.Join(targets, ","), "AUDIT_CONCURRENCY": "64",
			"SSL_CERT_FILE": roots, "SSL_CERT_DIR": dir,
		},
		Without: []string{stack.DemoTarget, stack.Sandbox, stack.Mailer, stack.Storefront},
	})
	return err
}

// build makes the engine, unless BIN names the folder that it is in.
func build(root, dir string) (bin string, err error) {
	if bin = os.Getenv("BIN"); bin != "" {
		if !filepath.IsAbs(bin) {
			bin = filepath.Join(root, bin)
		}
		return bin, nil
	}
	bin = filepath.Join(dir, "bin")
	cmd := exec.Command("go", "build", "-C", filepath.Join(root, "services", stack.AuditEngine), "-trimpath",
		"-ldflags", "-s -w -X doorstep.example/pkg/service.Version=e2e", "-o", filepath.Join(bin, stack.AuditEngine), ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the engine: %w\n%s", err, out)
	}
	return bin, nil
}

// fill opens all places and returns their addresses.
func (p *pool) fill() (addresses []string, err error) {
	for range places {
		ln, err := stack.FreePort()
		if err != nil {
			return nil, err
		}
		p.listeners = append(p.listeners, ln)
		addresses = append(addresses, ln.Addr().String())
	}
	return addresses, nil
}

var errFull = errors.New("all places are taken: raise the number")

// take returns a place that nobody else gets.
func (p *pool) take(t *testing.T) net.Listener {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.listeners) == 0 {
		t.Fatal(errFull)
	}
	ln := p.listeners[0]
	p.listeners = p.listeners[1:]
	return ln
}

// address returns a place for a program that opens it itself.
func (p *pool) address(t *testing.T) string {
	t.Helper()
	ln := p.take(t)
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	return ln.Addr().String()
}
