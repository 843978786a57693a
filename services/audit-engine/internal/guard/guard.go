package guard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
	"github.com/prometheus/client_golang/prometheus"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
)

// Resolver looks a name up; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Control is called with the address right before connect, as net.Dialer.Control.
type Control = func(network, address string, raw syscall.RawConn) error

// DialFunc opens a connection to an address that was judged. It must call control
// right before it connects, as net.Dialer does.
type DialFunc func(ctx context.Context, address netip.AddrPort, control Control) (net.Conn, error)

// Config is what a Guard needs. Only Ports has no default.
type Config struct {
	Ports      []uint16         // ports that a URL may name
	Lab        []netip.AddrPort // dialled although not public
	Listener   string           // our own address, host:port, never dialled
	Limits     Limits
	Resolver   Resolver                     // default: the system's, so /etc/hosts counts
	Interfaces func() ([]netip.Addr, error) // default: the addresses of this machine
	Dial       DialFunc                     // default: a TCP dial
	Registerer prometheus.Registerer        // default: none
}

// Limits are the bounds of one connection or fetch. Zero fields take the default.
type Limits struct {
	Lookup    time.Duration // one DNS question; default 5 s
	Connect   time.Duration // one address; default 5 s
	Handshake time.Duration // one TLS handshake; default 10 s
	Header    time.Duration // from request to the end of the header; default 15 s
	Fetch     time.Duration // one fetch with its redirects and body; default 40 s
}

// Guard judges and dials. Use New.
type Guard struct {
	config   Config
	ssrf     *ssrf.Guardian
	own      listener
	refusals *prometheus.CounterVec
}

// New returns a Guard.
func New(c Config) (*Guard, error) {
	if len(c.Ports) == 0 {
		return nil, fmt.Errorf("guard: no ports are allowed")
	}
	own, err := parseListener(c.Listener)
	if err != nil {
		return nil, fmt.Errorf("guard: own address %q: %w", c.Listener, err)
	}
	if c.Resolver == nil {
		c.Resolver = net.DefaultResolver
	}
	if c.Interfaces == nil {
		c.Interfaces = interfaces
	}
	if c.Dial == nil {
		c.Dial = dialTCP
	}
	c.Limits = c.Limits.withDefaults()
	g := &Guard{
		config: c,
		own:    own,
		ssrf:   ssrf.New(ssrf.WithAnyPort()), // ports are judged with the URL: a lab target has its own
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "audit_refusals_total",
			Help: "Targets and redirects that the guard refused or could not reach, by code.",
		}, []string{"code"}),
	}
	for _, code := range codes() {
		g.refusals.WithLabelValues(code) // a series that exists can be alerted on
	}
	if c.Registerer != nil {
		if err := c.Registerer.Register(g.refusals); err != nil {
			return nil, fmt.Errorf("guard: register the counter: %w", err)
		}
	}
	return g, nil
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Lookup:    cmp.Or(l.Lookup, 5*time.Second),
		Connect:   cmp.Or(l.Connect, 5*time.Second),
		Handshake: cmp.Or(l.Handshake, 10*time.Second),
		Header:    cmp.Or(l.Header, 15*time.Second),
		Fetch:     cmp.Or(l.Fetch, 40*time.Second),
	}
}

// codes lists every code of a refusal.
func codes() []string {
	return []string{
		auditapi.CodeScheme, auditapi.CodePort, auditapi.CodeCredentials, auditapi.CodeHostSyntax,
		auditapi.CodeZone, auditapi.CodeNotPublicName, auditapi.CodeDNSFailed, auditapi.CodeForbiddenAddress,
		auditapi.CodeRedirectForbidden, auditapi.CodeRedirectLoop, auditapi.CodeTooManyRedirects, auditapi.CodeUnreachable,
	}
}

// refuse returns a refusal. The text is for the customer.
func refuse(code, format string, args ...any) *errs.Error {
	return &errs.Error{Kind: errs.Unprocessable, Code: code, Message: fmt.Sprintf(format, args...)}
}

// counted counts err if it is a refusal, and returns it. It is called where an
// error leaves the package, so that a refused redirect counts once.
func (g *Guard) counted(err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok && slices.Contains(codes(), e.Code) {
		g.refusals.WithLabelValues(e.Code).Inc()
	}
	return err
}

// lab reports whether address is a lab target.
func (g *Guard) lab(address netip.AddrPort) bool { return slices.Contains(g.config.Lab, address) }

// labPort reports whether a lab target listens on port.
func (g *Guard) labPort(port uint16) bool {
	return slices.ContainsFunc(g.config.Lab, func(a netip.AddrPort) bool { return a.Port() == port })
}
