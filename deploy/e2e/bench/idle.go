package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"doorstep.example/deploy/e2e/stack"
)

const (
	starts     = 5
	startLimit = 10 * time.Second
	readyEvery = time.Millisecond
	settle     = 3 * time.Second // after which a program is idle
)

// idle measures what the three programs of an installation take to start and to be
// there. Their baselines: the program that only prints its version, and this one
// while it serves the bare handler.
func (b *bench) idle(ctx context.Context) error {
	_, stop, err := serveBare(ctx)
	if err != nil {
		return err
	}
	residentFigure("idle.bare", os.Getpid())
	stop()
	for _, name := range []string{stack.Storefront, stack.AuditEngine, stack.Mailer} {
		if err := b.startUp(ctx, name); err != nil {
			return fmt.Errorf("start %s: %w", name, err)
		}
	}
	s, err := b.start(ctx, "", stack.DemoTarget, stack.Sandbox)
	if err != nil {
		return err
	}
	defer end(s)
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(settle):
	}
	for _, name := range []string{stack.Storefront, stack.AuditEngine, stack.Mailer} {
		residentFigure("idle."+name, s.Process(name).PID())
	}
	return nil
}

// startUp starts one program again and again: on an empty folder, and on the
// databases that it left.
func (b *bench) startUp(ctx context.Context, name string) error {
	var first, later, version []time.Duration
	for range starts {
		c, err := b.config("")
		if err != nil {
			return err
		}
		s := stack.New(c)
		addr := s.Addrs[map[string]string{stack.Storefront: stack.VarStorefront, stack.AuditEngine: stack.VarEngine, stack.Mailer: stack.VarMailer}[name]]
		for _, list := range []*[]time.Duration{&first, &later} {
			took, err := untilReady(ctx, s.Command(ctx, name, nil), addr)
			if err != nil {
				return err
			}
			*list = append(*list, took)
		}
		begun := time.Now()
		if err := s.Command(ctx, name, nil, "-version").Run(); err != nil {
			return fmt.Errorf("ask for the version: %w", err)
		}
		version = append(version, time.Since(begun))
	}
	figure("start."+name+".empty", millis(percentile(first, 50)), ms)
	figure("start."+name, millis(percentile(later, 50)), ms)
	figure("start."+name+".bare", millis(percentile(version, 50)), ms)
	return nil
}

// untilReady starts a program, returns how long its first 200 on /readyz took, and
// ends it. An end with an error is told, and costs no figure.
func untilReady(ctx context.Context, cmd *exec.Cmd, addr string) (took time.Duration, err error) {
	var log bytes.Buffer
	cmd.Stderr = &log
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	for {
		if ready(ctx, addr) {
			took = time.Since(begun)
			break
		}
		select {
		case err := <-exited:
			return 0, fmt.Errorf("it ended at once (%w): %s", err, lastLine(log.Bytes()))
		case <-ctx.Done(): // which also kills it
			<-exited
			return 0, context.Cause(ctx)
		case <-time.After(readyEvery):
		}
		if time.Since(begun) > startLimit {
			_ = cmd.Process.Kill() // gone already is as good
			<-exited
			return 0, fmt.Errorf("not ready within %s: %s", startLimit, lastLine(log.Bytes()))
		}
	}
	_ = cmd.Process.Signal(syscall.SIGTERM) // as above
	if err := <-exited; err != nil {
		fmt.Fprintf(os.Stderr, "bench: %s did not end well after SIGTERM (%v): %s\n", filepath.Base(cmd.Path), err, lastLine(log.Bytes()))
	}
	return took, nil
}

// ready asks over a connection that is not kept, so that the program's end need not
// wait for it.
func ready(ctx context.Context, addr string) bool {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", nil)
	if err != nil {
		return false
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close() // only the status counts
	return resp.StatusCode == http.StatusOK
}

func lastLine(log []byte) string {
	lines := bytes.Split(bytes.TrimSpace(log), []byte("\n"))
	return string(lines[len(lines)-1])
}

var vmRSS = regexp.MustCompile(`(?m)^VmRSS:\s+(\d+) kB$`)

// residentFigure prints the memory of a process, where the system tells it.
func residentFigure(name string, pid int) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: no %s.rss: this system has no /proc\n", name)
		return
	}
	kb, ok := resident(raw)
	if !ok {
		fmt.Fprintf(os.Stderr, "bench: no %s.rss: VmRSS is not in /proc/%d/status\n", name, pid)
		return
	}
	figure(name+".rss", kb/1024, mb)
}

// resident reads VmRSS, in KiB.
func resident(status []byte) (kb float64, ok bool) {
	found := vmRSS.FindSubmatch(status)
	if found == nil {
		return 0, false
	}
	kb, err := strconv.ParseFloat(string(found[1]), 64)
	return kb, err == nil
}
