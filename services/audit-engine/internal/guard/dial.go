package guard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
)

// maxAddresses bounds how many addresses of one answer are tried: a name with a
// hundred dead addresses must not eat the scan's time.
const maxAddresses = 4

// lookupTries: a question or its answer may get lost on the way, and the order
// behind it is paid for.
const lookupTries = 3

// resolve looks the target up and judges every address of the answer. Errors:
// dns_failed, forbidden_address, not_public_name, port.
func (g *Guard) resolve(ctx context.Context, t Target) ([]netip.AddrPort, error) {
	ips, err := g.lookup(ctx, t.host)
	if err != nil {
		return nil, err
	}
	var good []netip.AddrPort
	for _, ip := range ips {
		// The resolver hands IPv4 over in its IPv6-mapped form.
		address := netip.AddrPortFrom(ip.Unmap(), t.port)
		if !t.public && !g.lab(address) {
			continue // a name that is not public stands for lab targets alone
		}
		if reason := g.forbidden(address); reason != "" {
			return nil, refuseAddress(t.host, address, reason)
		}
		if !g.portAllowed(address) {
			return nil, refusePort(t.port)
		}
		good = append(good, address)
	}
	if len(good) == 0 {
		return nil, refuseName(t.host)
	}
	return good[:min(len(good), maxAddresses)], nil
}

// IsLab reports whether t leads to lab targets alone.
func (g *Guard) IsLab(ctx context.Context, t Target) (bool, error) {
	addresses, err := g.resolve(ctx, t)
	if err != nil {
		return false, g.counted(err)
	}
	for _, address := range addresses {
		if !g.lab(address) {
			return false, nil
		}
	}
	return true, nil
}

func (g *Guard) portAllowed(address netip.AddrPort) bool {
	for _, port := range g.config.Ports {
		if port == address.Port() {
			return true
		}
	}
	return g.lab(address)
}

func (g *Guard) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, nil
	}
	var failed error
	unknown := false
	for try := range lookupTries {
		if try > 0 && !pause(ctx, 250*time.Millisecond) {
			break
		}
		limited, cancel := context.WithTimeout(ctx, g.config.Limits.Lookup)
		ips, err := g.config.Resolver.LookupNetIP(limited, "ip", host)
		cancel()
		if err == nil && len(ips) > 0 {
			return ips, nil
		}
		failed = err
		dns, ok := errors.AsType[*net.DNSError](err)
		if unknown = err == nil || (ok && dns.IsNotFound); unknown {
			break
		}
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("look %s up: %w", host, ctx.Err())
	}
	if !unknown { // the resolver's trouble, and perhaps ours: a paid audit must not end with it
		return nil, &errs.Error{
			Kind: errs.Unavailable, Code: auditapi.CodeDNSFailed, Err: failed,
			Message: fmt.Sprintf("The name %s cannot be looked up at the moment: the DNS does not answer.", host),
		}
	}
	return nil, &errs.Error{
		Kind: errs.Unprocessable, Code: auditapi.CodeDNSFailed, Err: failed,
		Message: fmt.Sprintf("The name %s does not exist in the DNS. Please check the spelling of the address.", host),
	}
}

// pause waits, and reports whether it was left to.
func pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// dial resolves, judges, and connects to the first address that answers.
func (g *Guard) dial(ctx context.Context, t Target) (net.Conn, error) {
	addresses, err := g.resolve(ctx, t)
	if err != nil {
		return nil, err
	}
	var failed error
	for _, address := range addresses {
		limited, cancel := context.WithTimeout(ctx, g.config.Limits.Connect)
		conn, err := g.config.Dial(limited, address, g.control)
		cancel()
		if err == nil {
			return conn, nil
		}
		failed = errors.Join(failed, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, fmt.Errorf("connect to %s: %w", t.hostPort(), failed)
}

// control is the second line: whatever asked for the connection, an address that
// the kernel is about to connect to is judged here.
func (g *Guard) control(network, address string, raw syscall.RawConn) error {
	parsed, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("guard: %q is not an address", address)
	}
	if reason := g.forbidden(parsed); reason != "" {
		return fmt.Errorf("guard: %s: %s", address, reason)
	}
	if g.lab(parsed) {
		return nil
	}
	return g.ssrf.Safe(network, address, raw)
}

func dialTCP(ctx context.Context, address netip.AddrPort, control Control) (net.Conn, error) {
	dialer := net.Dialer{Control: control, KeepAlive: -1, FallbackDelay: -1}
	return dialer.DialContext(ctx, "tcp", address.String())
}
