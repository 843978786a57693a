package app

import (
	"net"
	"net/netip"

	"doorstep.example/pkg/config"
)

// Config is read from the environment.
type Config struct {
	config.Common
	Addr     string `envconfig:"DEMO_TARGET_ADDR" default:"127.0.0.1:8443" desc:"loopback address of the shop over TLS"`
	HTTPAddr string `envconfig:"DEMO_TARGET_HTTP_ADDR" default:"127.0.0.1:8088" desc:"loopback address of the shop over plain http"`
}

// Validate refuses every address that another machine could reach: a site that
// is weak on purpose must not end up on a network by a slip in a variable.
func (c *Config) Validate() []error {
	var errs []error
	for _, v := range []struct{ name, addr string }{
		{"DEMO_TARGET_ADDR", c.Addr},
		{"DEMO_TARGET_HTTP_ADDR", c.HTTPAddr},
	} {
		if !loopback(v.addr) {
			errs = append(errs, config.Bad(v.name, "must be a loopback address with a port, for example 127.0.0.1:8443; this site is weak on purpose and must stay on this machine"))
		}
	}
	return errs
}

func loopback(addr string) bool {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || port == "" {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}
