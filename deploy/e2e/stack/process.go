package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	readyTimeout = 20 * time.Second
	readyEvery   = 20 * time.Millisecond
	stopTimeout  = 25 * time.Second // a little more than the programs' own drain
)

// Process is one running program.
type Process struct {
	Name    string
	LogFile string
	ready   string // URL of /readyz
	env     []string
	binary  string
	cmd     *exec.Cmd
	exited  chan struct{}
	err     error
}

// start runs the program and returns once it is ready.
func (p *Process) start(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(p.LogFile), 0o750); err != nil {
		return fmt.Errorf("make the log folder: %w", err)
	}
	log, err := os.OpenFile(p.LogFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open the log of %s: %w", p.Name, err)
	}
	defer log.Close()              // the child has its own descriptor
	p.cmd = exec.Command(p.binary) //nolint:noctx // its life is ended by Stop or Kill, not by a context
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = p.env, log, log
	// A group of its own: Ctrl-C in the terminal reaches the demo, which then stops
	// the programs in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.Name, err)
	}
	p.exited = make(chan struct{})
	go func(cmd *exec.Cmd, exited chan struct{}) {
		p.err = cmd.Wait()
		close(exited)
	}(p.cmd, p.exited)
	return p.waitReady(ctx)
}

func (p *Process) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for {
		if status, err := get(ctx, p.ready); err == nil && status == http.StatusOK {
			return nil
		}
		select {
		case <-p.exited:
			return fmt.Errorf("%s ended at once (%w):\n%s", p.Name, p.err, p.Tail(5))
		case <-ctx.Done():
			return fmt.Errorf("%s did not get ready in %s:\n%s", p.Name, readyTimeout, p.Tail(5))
		case <-time.After(readyEvery):
		}
	}
}

// Stop asks the program to drain and waits for it.
func (p *Process) Stop() error {
	if p.cmd == nil || p.cmd.Process == nil {
		return nil
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", p.Name, err)
	}
	select {
	case <-p.exited:
		return nil
	case <-time.After(stopTimeout):
		p.Kill()
		return fmt.Errorf("%s did not stop in %s", p.Name, stopTimeout)
	}
}

// ExitCode of a program that has ended; -1 if it was killed.
func (p *Process) ExitCode() int {
	<-p.exited
	return p.cmd.ProcessState.ExitCode()
}

// Kill ends the program at whatever instruction it is.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // already gone is as good
	<-p.exited
}

// Running reports whether the program has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// PID of the program.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Tail returns the last n lines of the log.
func (p *Process) Tail(n int) string {
	raw, err := os.ReadFile(p.LogFile)
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(raw), []byte("\n"))
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return string(bytes.Join(lines, []byte("\n")))
}

func get(ctx context.Context, url string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	return resp.StatusCode, err
}
