package app

import (
	"net"
	"net/netip"

	"doorstep.example/pkg/config"
)

// Config is read from the environment.
type Config struct {
	config.Common
	Addr        string `envconfig:"DEMO_TARGET_ADDR" default:"127.0.0.1:8443" desc:"address of the shop over TLS; loopback only"`
	HTTPAddr    string `envconfig:"DEMO_TARGET_HTTP_ADDR" default:"127.0.0.1:8088" desc:"address of the shop over plain http; loopback only"`
	AllowRemote bool   `envconfig:"DEMO_TARGET_ALLOW_REMOTE" default:"false" desc:"also listen on other addresses, for a private network of containers; anybody who reaches it finds a site that is weak on purpose"`
}

// Validate refuses every address that another machine could reach, unless that is
// allowed: a site that is weak on purpose must not end up on a network by a slip in
// a variable.
func (c *Config) Validate() []error {
	var errs []error
	for _, v := range []struct{ name, addr string }{
		{"DEMO_TARGET_ADDR", c.Addr},
		{"DEMO_TARGET_HTTP_ADDR", c.HTTPAddr},
	} {
		host, port, err := net.SplitHostPort(v.addr)
		switch {
		case err != nil || port == "":
			errs = append(errs, config.Bad(v.name, "must be host:port, for example 127.0.0.1:8443"))
		case !c.AllowRemote && !loopback(host):
			errs = append(errs, config.Bad(v.name, "is reachable from other machines, and this site is weak on purpose: use 127.0.0.1, or set DEMO_TARGET_ALLOW_REMOTE=true on a private network"))
		}
	}
	return errs
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}
