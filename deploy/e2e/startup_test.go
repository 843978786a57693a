package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"doorstep.example/deploy/e2e/stack"
)

// misconfigured is the exit code of sysexits.h for a bad configuration.
const misconfigured = 78

// idle is a stack that is not running, for its environment.
func idle(t *testing.T) *stack.Stack {
	t.Helper()
	addrs, err := stack.Free()
	if err != nil {
		t.Fatal(err)
	}
	return stack.New(stack.Config{Bin: bin, Root: root, Dir: t.TempDir(), Addrs: addrs})
}

// ended is how a program that was started by itself came to its end.
type ended struct {
	code           int
	stdout, stderr string
}

// lines are the lines of stderr.
func (e ended) lines() []string { return strings.Split(strings.TrimSpace(e.stderr), "\n") }

// start runs a program that should end by itself.
func start(t *testing.T, s *stack.Stack, program string, env map[string]string, args ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := s.Command(ctx, program, env, args...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	failure := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("%s goes on running:\n%s", program, err.String())
	}
	if _, exited := errors.AsType[*exec.ExitError](failure); failure != nil && !exited {
		t.Fatal(failure)
	}
	return ended{cmd.ProcessState.ExitCode(), out.String(), err.String()}
}

// Whoever sets up a program learns of everything that is wrong at once: one line a
// variable, and never the value, which may be a secret in the wrong place.
func TestBadVariablesAreToldAllAtOnce(t *testing.T) {
	t.Parallel()
	s := idle(t)
	const secret = "c0nfidential"
	for program, bad := range map[string]map[string]string{
		stack.Storefront: {
			"INTERNAL_TOKEN": "", "STRIPE_SECRET_KEY": "pk_test_" + secret, "STRIPE_WEBHOOK_SECRETS": "", "PUBLIC_BASE_URL": secret,
			"AUDIT_ENGINE_URL": "ftp://" + secret, "TRUSTED_PROXIES": secret, "LOG_LEVEL": secret,
		},
		stack.AuditEngine: {
			"INTERNAL_TOKEN": "", "AUDIT_ENGINE_ADDR": secret, "AUDIT_TIMEOUT": secret, "AUDIT_CONCURRENCY": "0", "AUDIT_PORTS": secret,
			"AUDIT_LAB_TARGETS": "localhost:80",
		},
		stack.Mailer: {
			"INTERNAL_TOKEN": "", "MAIL_TRANSPORT": secret, "MAIL_FROM": "nobody at all", "MAILER_DATABASE_URL": "mysql://" + secret,
			"MAILER_ADDR": secret,
		},
		stack.Sandbox:    {"SANDBOX_ADDR": "0.0.0.0:4242", "SANDBOX_RETRY_SCALE": "0", "SANDBOX_WEBHOOK_URL": secret, "SANDBOX_WEBHOOK_SECRET": "sk_test_" + secret},
		stack.DemoTarget: {"DEMO_TARGET_ADDR": "0.0.0.0:8443", "DEMO_TARGET_HTTP_ADDR": secret, "LOG_FORMAT": secret},
	} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			got := start(t, s, program, bad)
			if got.code != misconfigured {
				t.Errorf("exit code %d, want %d", got.code, misconfigured)
			}
			var named []string
			for _, line := range got.lines() {
				name, reason, _ := strings.Cut(line, ": ")
				if _, expected := bad[name]; !expected || len(reason) < 8 {
					t.Errorf("a line that is about none of the bad variables: %q", line)
				}
				named = append(named, name)
			}
			for name := range bad {
				if n := count(named, name); n != 1 {
					t.Errorf("%s is told in %d lines, want one", name, n)
				}
			}
			if strings.Contains(got.stderr+got.stdout, secret) {
				t.Errorf("a value is told:\n%s", got.stderr)
			}
		})
	}
}

func count(list []string, name string) (n int) {
	for _, each := range list {
		if each == name {
			n++
		}
	}
	return n
}

// A catalogue with mistakes is refused at the start, with file, line and reason.
func TestBadCatalogueNamesItsLines(t *testing.T) {
	t.Parallel()
	s := idle(t)
	good, err := os.ReadFile(filepath.Join(root, "deploy", "catalog.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		old, fresh string
		lines      []string // that must be named
	}{
		"a price in words":     {"price: 19900", "price: cheap", []string{"price: cheap"}},
		"a key that is none":   {"price: 49900", "prize: 49900", []string{"prize: 49900"}},
		"two mistakes":         {"tier: automated\n    name: Automated Security Audit", "tier: gold\n    name: \"\"", []string{"tier: gold", `name: ""`}},
		"a file that is none":  {"file: goods/unattended-delivery-playbook.md", "file: goods/nothing.md", []string{"file: goods/nothing.md"}},
		"a file outside":       {"file: goods/unattended-delivery-playbook.md", "file: ../../etc/passwd", []string{"file: ../../etc/passwd"}},
		"an id that was taken": {"- id: compliance-audit", "- id: security-audit", []string{"- id: security-audit"}},
		"a kind that is none":  {"kind: file", "kind: holiday", []string{"kind: holiday"}},
		"no YAML at all":       {"products:", "products: [", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "catalog.yaml")
			text := strings.Replace(string(good), c.old, c.fresh, 1)
			if text == string(good) {
				t.Fatalf("the catalogue has no %q", c.old)
			}
			write(t, path, text)
			write(t, filepath.Join(dir, "goods", "unattended-delivery-playbook.md"), "# A book\n")
			got := start(t, s, stack.Storefront, map[string]string{"CATALOG_FILE": path, "DATABASE_URL": "sqlite:" + filepath.Join(dir, "x.db")})
			if got.code != misconfigured {
				t.Errorf("exit code %d, want %d:\n%s", got.code, misconfigured, got.stderr)
			}
			if !regexp.MustCompile(`catalog\.yaml:\d+`).MatchString(got.stderr) {
				t.Errorf("no line of the file is named:\n%s", got.stderr)
			}
			for _, line := range c.lines {
				if !names(got.lines(), path, text, line) {
					t.Errorf("the line of %q is not named:\n%s", line, got.stderr)
				}
			}
		})
	}
}

// names reports whether one of the messages points at the line of text that holds
// content.
func names(messages []string, path, text, content string) bool {
	for i, line := range strings.Split(text, "\n") {
		if !strings.Contains(line, content) {
			continue
		}
		prefix := regexp.MustCompile(regexp.QuoteMeta(path) + `:` + strconv.Itoa(i+1) + `\b`)
		if slices.ContainsFunc(messages, prefix.MatchString) {
			return true
		}
	}
	return false
}

// A port that another program has is told in one line, with the variable that moves it.
func TestTakenPortNamesItsVariable(t *testing.T) {
	t.Parallel()
	for variable, program := range map[string]string{
		stack.VarStorefront: stack.Storefront, stack.VarOps: stack.Storefront, stack.VarEngine: stack.AuditEngine, stack.VarMailer: stack.Mailer,
		stack.VarSandbox: stack.Sandbox, stack.VarTarget: stack.DemoTarget, stack.VarTargetHTTP: stack.DemoTarget,
	} {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			s := idle(t)
			ln, err := net.Listen("tcp", s.Addrs[variable])
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			got := start(t, s, program, nil)
			if got.code == 0 || got.code == misconfigured {
				t.Errorf("exit code %d, want that of a failure", got.code)
			}
			last := got.lines()[len(got.lines())-1]
			if !strings.HasPrefix(last, variable+": ") || !strings.Contains(last, s.Addrs[variable]) {
				t.Errorf("the last line does not name %s and its address:\n%s", variable, got.stderr)
			}
			if n := strings.Count(got.stderr, "already in use"); n != 1 {
				t.Errorf("it is told %d times:\n%s", n, got.stderr)
			}
		})
	}
}

// SIGTERM ends every program in order, also while a browser follows an order.
func TestProgramsStopWhenAsked(t *testing.T) {
	t.Parallel()
	site := newSlowSite(t)
	s := open(t, lab(site.addr))
	id := s.buy("security-audit", auditForm(site.url()))
	<-site.reached
	resp, err := http.Get(s.ShopURL() + "/orders/" + id + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	for _, name := range slices.Backward(stack.Programs()) {
		began := time.Now()
		if err := s.Process(name).Stop(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%s took %s to stop", name, took)
		}
		if code := s.Process(name).ExitCode(); code != 0 {
			t.Errorf("%s ended with %d, want 0", name, code)
		}
		if name == stack.Storefront {
			site.open() // the engine's scan may come to its end
		}
	}
	for _, name := range stack.Programs() {
		if err := s.Restart(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	s.settled(id, "sent") // nothing was lost
	s.wantReceiptAnd(id, "report")
}

// Two storefronts on one SQLite file would work the same jobs twice: the second does
// not start, and says why. The first is not disturbed.
func TestSecondStorefrontOnTheSameFileRefuses(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	other := idle(t)
	got := start(t, other, stack.Storefront, map[string]string{"DATABASE_URL": "sqlite:" + filepath.Join(s.Dir, "storefront.db")})
	if got.code == 0 || !strings.Contains(got.stderr, "DATABASE_URL") || !strings.Contains(got.stderr, "storefront.db") {
		t.Errorf("exit code %d:\n%s", got.code, got.stderr)
	}
	id := s.buy("agent-playbook", fileForm())
	s.settled(id, "sent")
}

// Every program explains itself.
func TestHelpVersionAndUnknownArguments(t *testing.T) {
	t.Parallel()
	s := idle(t)
	for _, program := range stack.Programs() {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			help := start(t, s, program, nil, "-h")
			variables := start(t, s, program, nil, "-variables")
			if help.code != 0 || variables.code != 0 {
				t.Fatalf("-h ended with %d, -variables with %d", help.code, variables.code)
			}
			list := regexp.MustCompile("(?m)^\\| `([A-Z0-9_]+)` \\|").FindAllStringSubmatch(variables.stdout, -1)
			if len(list) < 3 {
				t.Errorf("-variables lists %d variables:\n%s", len(list), variables.stdout)
			}
			for _, v := range list {
				if !regexp.MustCompile(`(?m)^` + v[1] + `\s+\S.*\S`).MatchString(help.stdout) {
					t.Errorf("-h does not explain %s", v[1])
				}
			}
			if got := start(t, s, program, nil, "-version"); got.code != 0 || !strings.HasPrefix(got.stdout, program+" ") {
				t.Errorf("-version: %d, %q", got.code, got.stdout)
			}
			if got := start(t, s, program, nil, "frobnicate"); got.code != misconfigured || !strings.Contains(got.stderr, "frobnicate") {
				t.Errorf("an unknown argument: %d, %q", got.code, got.stderr)
			}
		})
	}
}
