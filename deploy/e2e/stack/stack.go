package stack

import (
	"cmp"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Names of the programs, in the order in which they start.
const (
	DemoTarget  = "demo-target"
	Sandbox     = "stripe-sandbox"
	Mailer      = "mailer"
	AuditEngine = "audit-engine"
	Storefront  = "storefront"
)

// Programs lists all five in starting order; they stop the other way round.
func Programs() []string { return []string{DemoTarget, Sandbox, Mailer, AuditEngine, Storefront} }

// Addresses are where the programs listen, by the variable that moves each.
type Addresses map[string]string

// Variables that move the listeners.
const (
	VarStorefront = "STOREFRONT_ADDR"
	VarOps        = "STOREFRONT_OPS_ADDR"
	VarEngine     = "AUDIT_ENGINE_ADDR"
	VarMailer     = "MAILER_ADDR"
	VarSandbox    = "SANDBOX_ADDR"
	VarTarget     = "DEMO_TARGET_ADDR"
	VarTargetHTTP = "DEMO_TARGET_HTTP_ADDR"
)

// Defaults are the addresses of the programs themselves, or what the environment
// says instead.
func Defaults() Addresses {
	fixed := Addresses{
		VarStorefront: "127.0.0.1:8080", VarOps: "127.0.0.1:8081", VarEngine: "127.0.0.1:5000", VarMailer: "127.0.0.1:5001",
		VarSandbox: "127.0.0.1:4242", VarTarget: "127.0.0.1:8443", VarTargetHTTP: "127.0.0.1:8088",
	}
	for variable, addr := range fixed {
		fixed[variable] = local(cmp.Or(os.Getenv(variable), addr))
	}
	return fixed
}

// local turns ":8080" into an address that can be called.
func local(addr string) string {
	if strings.HasPrefix(addr, ":") {
		return "127.0.0.1" + addr
	}
	return addr
}

// Ports that Free draws from: below those that the system gives to outgoing
// connections, so that a program that is killed finds its own port again.
const (
	lowestPort  = 15000
	highestPort = 32000
	draws       = 200
)

// Free returns addresses on ports that nobody uses at the moment.
func Free() (Addresses, error) {
	addresses := Addresses{}
	for variable := range Defaults() {
		ln, err := FreePort()
		if err != nil {
			return nil, err
		}
		defer ln.Close() // held until all are found, so that none comes twice
		addresses[variable] = ln.Addr().String()
	}
	return addresses, nil
}

// FreePort returns a listener on a port of loopback that nobody used.
func FreePort() (net.Listener, error) {
	var err error
	for range draws {
		var ln net.Listener
		port := lowestPort + rand.IntN(highestPort-lowestPort)                        //nolint:gosec // a guess, no secret
		if ln, err = net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port)); err == nil { //nolint:noctx // loopback, at once
			return ln, nil
		}
	}
	return nil, fmt.Errorf("find a free port: %w", err)
}

// CheckFree names every address that is taken, one line each, with the variable that
// moves it.
func (a Addresses) CheckFree() error {
	var taken []error
	for _, variable := range slices.Sorted(maps.Keys(a)) {
		ln, err := net.Listen("tcp", a[variable]) //nolint:noctx // loopback, at once
		if err != nil {
			taken = append(taken, fmt.Errorf("%s is already in use: stop the other program, or move ours with %s=127.0.0.1:PORT", a[variable], variable))
			continue
		}
		_ = ln.Close() // it was only asked for
	}
	return errors.Join(taken...)
}

// Config says how to start the programs.
type Config struct {
	Bin      string // folder with the binaries
	Dir      string // where they write: database, blobs, outbox, logs
	Root     string // of the checkout, for the catalogue
	Addrs    Addresses
	Database string            // of the storefront; empty: SQLite in Dir
	Env      map[string]string // more variables for all programs; wins
	Without  []string          // programs that are not started
}

// Stack is the running programs.
type Stack struct {
	Config
	Token     string
	processes map[string]*Process
}

// New returns a stack whose programs are not running.
func New(c Config) *Stack {
	s := &Stack{Config: c, Token: crand.Text(), processes: map[string]*Process{}}
	env := s.environment()
	for _, name := range Programs() {
		if slices.Contains(c.Without, name) {
			continue
		}
		s.processes[name] = &Process{
			Name: name, binary: filepath.Join(c.Bin, name), env: env,
			LogFile: filepath.Join(c.Dir, "log", name+".log"), ready: "http://" + s.healthAddr(name) + "/readyz",
		}
	}
	return s
}

// Start starts the programs and returns when all are ready.
func Start(ctx context.Context, c Config) (*Stack, error) {
	s := New(c)
	var group sync.WaitGroup
	failures := make([]error, len(Programs()))
	for i, name := range Programs() {
		if p := s.processes[name]; p != nil {
			group.Go(func() { failures[i] = p.start(ctx) })
		}
	}
	group.Wait()
	if err := errors.Join(failures...); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Stack) healthAddr(name string) string {
	return s.Addrs[map[string]string{
		DemoTarget: VarTargetHTTP, Sandbox: VarSandbox, Mailer: VarMailer, AuditEngine: VarEngine, Storefront: VarStorefront,
	}[name]]
}

// Command is one of the programs with this stack's environment and what env changes
// of it, to be run by the caller; the empty value takes a variable away.
func (s *Stack) Command(ctx context.Context, program string, env map[string]string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.Bin, program), args...)
	for _, pair := range s.environment() {
		name, _, _ := strings.Cut(pair, "=")
		if _, changed := env[name]; !changed {
			cmd.Env = append(cmd.Env, pair)
		}
	}
	for name, value := range env {
		if value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	return cmd
}

// What the shop and the sandbox know each other by.
const (
	WebhookSecret = "whsec_" + "doorstep_sandbox_only" // signs nothing but the sandbox's events
	StripeKey     = "sk_test_sandbox"
)

// environment is what every program gets. PATH and HOME are kept for what they need
// of the system; nothing else of the caller's leaks in.
func (s *Stack) environment() []string {
	env := map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": os.Getenv("HOME"),
		"LOG_FORMAT": "text", "INTERNAL_TOKEN": s.Token,
		"PUBLIC_BASE_URL": s.ShopURL(), "OPS_BASE_URL": s.OpsURL(), "CATALOG_FILE": filepath.Join(s.Root, "deploy", "catalog.yaml"),
		"DATABASE_URL":      cmp.Or(s.Database, "sqlite:"+filepath.Join(s.Dir, "storefront.db")),
		"BLOB_URL":          "file:" + filepath.Join(s.Dir, "blobs"),
		"STRIPE_SECRET_KEY": StripeKey, "STRIPE_WEBHOOK_SECRETS": WebhookSecret, "STRIPE_API_BASE": s.SandboxURL(),
		"AUDIT_ENGINE_URL": "http://" + s.Addrs[VarEngine], "MAILER_URL": "http://" + s.Addrs[VarMailer],
		"AUDIT_LAB_TARGETS":   s.Addrs[VarTarget] + "," + s.Addrs[VarTargetHTTP],
		"MAILER_DATABASE_URL": "sqlite:" + filepath.Join(s.Dir, "mailer.db"), "OUTBOX_DIR": s.Outbox(),
		"SANDBOX_WEBHOOK_URL": s.ShopURL() + "/webhooks/stripe", "SANDBOX_WEBHOOK_SECRET": WebhookSecret,
	}
	maps.Copy(env, s.Addrs)
	maps.Copy(env, s.Env)
	list := make([]string, 0, len(env))
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list
}

// ShopURL is where buyers go.
func (s *Stack) ShopURL() string { return "http://" + s.Addrs[VarStorefront] }

// OpsURL is where operators go.
func (s *Stack) OpsURL() string { return "http://" + s.Addrs[VarOps] }

// SandboxURL is the Stripe sandbox.
func (s *Stack) SandboxURL() string { return "http://" + s.Addrs[VarSandbox] }

// EngineURL is the audit-engine.
func (s *Stack) EngineURL() string { return "http://" + s.Addrs[VarEngine] }

// TargetURL is the weak demo site.
func (s *Stack) TargetURL() string { return "https://" + s.Addrs[VarTarget] + "/" }

// Outbox is the folder of sent mails.
func (s *Stack) Outbox() string { return filepath.Join(s.Dir, "outbox") }

// Process returns a running program.
func (s *Stack) Process(name string) *Process { return s.processes[name] }

// Restart starts a program again that was killed or stopped.
func (s *Stack) Restart(ctx context.Context, name string) error { return s.processes[name].start(ctx) }

// Stop stops all programs, the storefront first.
func (s *Stack) Stop() error {
	var failures []error
	for _, name := range slices.Backward(Programs()) {
		if p := s.processes[name]; p != nil && p.cmd != nil && p.exited != nil && p.Running() {
			failures = append(failures, p.Stop())
		}
	}
	return errors.Join(failures...)
}
