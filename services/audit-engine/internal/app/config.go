package app

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"doorstep.example/pkg/config"
)

// Config is what the audit-engine reads.
type Config struct {
	config.Common
	config.Internal
	Addr        string        `envconfig:"AUDIT_ENGINE_ADDR" default:"127.0.0.1:5000" desc:"address to listen on"`
	Timeout     time.Duration `envconfig:"AUDIT_TIMEOUT" default:"110s" desc:"longest time of one audit; callers wait for 120s"`
	Concurrency int           `envconfig:"AUDIT_CONCURRENCY" default:"4" desc:"audits at the same time; more are answered 503"`
	Ports       []uint16      `envconfig:"AUDIT_PORTS" default:"80,443,8080,8443" desc:"ports that a customer's URL may name"`
	LabTargets  AddrPorts     `envconfig:"AUDIT_LAB_TARGETS" desc:"exact ip:port pairs that may be dialled although they are not public; for demo and tests only"`
	DNSResolver string        `envconfig:"AUDIT_DNS_RESOLVER" desc:"host:port of the resolver that a target's DNS records are asked of; empty: the first one of /etc/resolv.conf"`
	SellerName  string        `envconfig:"AUDIT_SELLER_NAME" default:"Doorstep" desc:"who audits, told to every target, where an order does not say"`
	ContactURL  config.URL    `envconfig:"AUDIT_CONTACT_URL" default:"http://127.0.0.1:8080/contact" desc:"where an operator of a target can reach you, told to every target"`
}

// Bounds of the numbers.
const (
	minTimeout     = time.Second
	maxTimeout     = 115 * time.Second // the caller hangs up at 120 s, and the PDF takes its share
	maxConcurrency = 64                // a core does about 10
)

// Validate checks what a type cannot.
func (c *Config) Validate() []error {
	var errs []error
	if _, port, err := net.SplitHostPort(c.Addr); err != nil || !isPort(port) {
		errs = append(errs, config.Bad("AUDIT_ENGINE_ADDR", "must be host:port, for example 127.0.0.1:5000"))
	}
	if c.Timeout < minTimeout || c.Timeout > maxTimeout {
		errs = append(errs, config.Bad("AUDIT_TIMEOUT", "must be from %s to %s", minTimeout, maxTimeout))
	}
	if c.Concurrency < 1 || c.Concurrency > maxConcurrency {
		errs = append(errs, config.Bad("AUDIT_CONCURRENCY", "must be from 1 to %d", maxConcurrency))
	}
	for _, port := range c.Ports {
		if port == 0 {
			errs = append(errs, config.Bad("AUDIT_PORTS", "must be numbers from 1 to 65535"))
		}
	}
	if own, err := netip.ParseAddrPort(c.Addr); err == nil {
		for _, target := range c.LabTargets {
			if target == own {
				errs = append(errs, config.Bad("AUDIT_LAB_TARGETS", "must not hold the engine's own address"))
			}
		}
	}
	if host, port, err := net.SplitHostPort(c.DNSResolver); c.DNSResolver != "" && (err != nil || host == "" || !isPort(port)) {
		errs = append(errs, config.Bad("AUDIT_DNS_RESOLVER", "must be host:port, for example 127.0.0.1:53"))
	}
	if strings.TrimSpace(c.SellerName) == "" {
		errs = append(errs, config.Bad("AUDIT_SELLER_NAME", "must not be blank: targets are told who asks"))
	}
	return errs
}

func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// AddrPorts is a comma list of addresses with port, for example
// 127.0.0.1:8443,[fd00::1]:443.
type AddrPorts []netip.AddrPort

// Decode parses the list; names and networks are refused, since they could come to
// mean something else.
func (a *AddrPorts) Decode(value string) error {
	*a = nil
	for part := range strings.SplitSeq(value, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		address, err := netip.ParseAddrPort(part)
		if err != nil || address.Port() == 0 || address.Addr().Zone() != "" || address.Addr().IsUnspecified() {
			return fmt.Errorf("%q is not an address with port such as 127.0.0.1:8443", part)
		}
		*a = append(*a, netip.AddrPortFrom(address.Addr().Unmap(), address.Port()))
	}
	return nil
}

// TypeName is the word for it in the table of variables.
func (AddrPorts) TypeName() string { return "comma list of ip:port" }

func (a AddrPorts) String() string {
	texts := make([]string, len(a))
	for i, address := range a {
		texts[i] = address.String()
	}
	return strings.Join(texts, ",")
}

// unreachableContact reports a contact that means nothing to a target.
func unreachableContact(u url.URL) bool {
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || (err == nil && (ip.IsLoopback() || ip.IsPrivate()))
}
