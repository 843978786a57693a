package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"doorstep.example/deploy/e2e/stack"
	"doorstep.example/pkg/auditapi"
)

const (
	roundTrip    = 80 * time.Millisecond
	auditRounds  = 3
	auditLimit   = 8 * time.Minute
	testsslLimit = 4 * time.Minute
)

// audits measures the inventory of TLS and whole audits of a stock nginx, on loopback and
// with 80 ms a round trip, beside the scanners that are installed. On loopback the engine
// keeps no pace; to see the pace as well, an address of this machine that is not loopback
// is audited through the same round trips.
func (b *bench) audits(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, auditLimit)
	defer cancel()
	near, stop, err := b.nginx(ctx)
	if err != nil {
		return err
	}
	defer stop()
	far, err := distant(ctx, near, "127.0.0.1:0")
	if err != nil {
		return err
	}
	outside := outsideAddress()
	paced := ""
	if outside != "" {
		if paced, err = distant(ctx, near, net.JoinHostPort(outside, "0")); err != nil {
			return err
		}
	}
	program, err := b.tlsBenchmark(ctx)
	if err != nil {
		return err
	}
	for _, at := range []struct{ name, addr string }{{"loopback", near}, {"80ms", far}} {
		if err := inventories(ctx, program, at.name, at.addr); err != nil {
			return err
		}
	}
	return b.wholeAudits(ctx, map[string]string{"loopback": near, "80ms": far, "80ms.paced": paced})
}

// inventories prints how long our inventory of TLS takes, and how long sslscan's.
func inventories(ctx context.Context, program, name, addr string) error {
	own := exec.CommandContext(ctx, program, "-test.run", "^$", "-test.bench", "^BenchmarkProbe$", "-test.benchtime", "5x")
	own.Env = append(os.Environ(), "BENCH_TLS_ADDR="+addr)
	out, err := own.CombinedOutput()
	if err != nil {
		return fmt.Errorf("run the inventory: %w\n%s", err, out)
	}
	found := regexp.MustCompile(`BenchmarkProbe\S*\s+\d+\s+(\d+) ns/op`).FindSubmatch(out)
	if found == nil {
		return fmt.Errorf("the inventory's benchmark printed no figure:\n%s", out)
	}
	nanos, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		return fmt.Errorf("read the inventory's figure: %w", err)
	}
	figure("audit.tls."+name, millis(time.Duration(nanos)), ms)
	return scanner(ctx, "audit.tls."+name+".sslscan", "sslscan", "--no-colour", addr)
}

// installed finds a program of others, or says that its figure is missing.
func installed(program, name string) (path string) {
	path, err := exec.LookPath(program)
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %s is not installed, so there is no %s\n", program, name)
		return ""
	}
	return path
}

// scanner prints the median time that a program of others takes, if it is installed.
func scanner(ctx context.Context, name, program string, args ...string) error {
	path := installed(program, name)
	if path == "" {
		return nil
	}
	var took []time.Duration
	for range auditRounds {
		begun := time.Now()
		if out, err := exec.CommandContext(ctx, path, args...).CombinedOutput(); err != nil {
			return fmt.Errorf("run %s: %w\n%.2000s", program, err, out)
		}
		took = append(took, time.Since(begun))
	}
	figure(name, millis(percentile(took, 50)), ms)
	return nil
}

// wholeAudits prints how long whole automated audits take, and testssl.sh beside them.
func (b *bench) wholeAudits(ctx context.Context, targets map[string]string) error {
	c, err := b.config("", stack.DemoTarget, stack.Sandbox, stack.Mailer, stack.Storefront)
	if err != nil {
		return err
	}
	lab := ""
	for _, addr := range targets {
		if addr != "" {
			lab += "," + addr
		}
	}
	c.Env = map[string]string{"AUDIT_LAB_TARGETS": lab[1:]}
	s, err := stack.Start(ctx, c)
	if err != nil {
		return err
	}
	defer end(s)
	for _, name := range []string{"loopback", "80ms", "80ms.paced"} {
		if targets[name] == "" {
			fmt.Fprintf(os.Stderr, "bench: this machine has loopback alone, so there is no audit.whole.%s\n", name)
			continue
		}
		var took []time.Duration
		for range auditRounds {
			begun := time.Now()
			resp, body, err := s.PostJSON(ctx, s.EngineURL()+"/api/audit?format=json",
				auditapi.Request{TargetURL: "https://" + targets[name] + "/", Tier: auditapi.TierAutomated, ReportID: "bench"},
				http.Header{"Authorization": {"Bearer " + s.Token}})
			if err != nil || resp.StatusCode != http.StatusOK {
				return fmt.Errorf("audit %s: %v %w\n%.300s", name, resp, err, body)
			}
			took = append(took, time.Since(begun))
		}
		figure("audit.whole."+name, millis(percentile(took, 50)), ms)
	}
	residentFigure("audit.resident", s.Process(stack.AuditEngine).PID())
	return testssl(ctx, targets["loopback"])
}

// testssl prints how long one run of testssl.sh takes.
func testssl(ctx context.Context, addr string) error {
	const name = "audit.whole.loopback.testssl"
	path := installed("testssl", name)
	if path == "" {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, testsslLimit)
	defer cancel()
	begun := time.Now()
	cmd := exec.CommandContext(limited, path, "--quiet", "--color", "0", "--warnings", "off", addr)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it starts many programs
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	_ = cmd.Run() // its status counts what it found
	if limited.Err() != nil {
		fmt.Fprintf(os.Stderr, "bench: testssl was stopped after %s, so there is no %s\n", time.Since(begun).Round(time.Second), name)
		return nil
	}
	figure(name, millis(time.Since(begun)), ms)
	return nil
}

// tlsBenchmark compiles the engine's benchmark of the inventory.
func (b *bench) tlsBenchmark(ctx context.Context) (program string, err error) {
	program = filepath.Join(b.dir, "tlsprobe.test")
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-o", program, "./internal/tlsprobe")
	cmd.Dir = filepath.Join(b.root, "services", "audit-engine")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("compile the inventory's benchmark: %w\n%s", err, out)
	}
	return program, nil
}

// distant listens at addr and leads to a server that is a round trip away.
func distant(ctx context.Context, to, addr string) (string, error) {
	var config net.ListenConfig
	ln, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return "", fmt.Errorf("listen for the relay: %w", err)
	}
	go relay{to, roundTrip}.serve(ctx, ln)
	return ln.Addr().String(), nil
}

// outsideAddress is an IPv4 address of this machine that is not loopback, if any.
func outsideAddress() string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	for _, a := range addrs {
		if network, ok := a.(*net.IPNet); ok && network.IP.To4() != nil && !network.IP.IsLoopback() {
			return network.IP.String()
		}
	}
	return ""
}

// nginx starts a stock nginx over TLS on loopback.
func (b *bench) nginx(ctx context.Context) (addr string, stop func(), err error) {
	ln, err := stack.FreePort()
	if err != nil {
		return "", nil, err
	}
	addr = ln.Addr().String()
	dir := filepath.Join(b.dir, "nginx")
	if err := errors.Join(ln.Close(), os.MkdirAll(dir, 0o750), stack.WriteCertificate(dir)); err != nil {
		return "", nil, fmt.Errorf("prepare nginx: %w", err)
	}
	stop, err = stack.Nginx(ctx, dir, fmt.Sprintf(`types { text/html html; }
	server { listen %s ssl; ssl_certificate DIR/cert.pem; ssl_certificate_key DIR/key.pem; location = / { return 200 "Welcome to nginx!"; } location / { return 404; } }`, addr), addr)
	return addr, stop, err
}
