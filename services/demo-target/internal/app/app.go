// Package app wires the demo target: one site behind two listeners, TLS and
// plain http.
package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"doorstep.example/pkg/service"
	"doorstep.example/services/demo-target/internal/certificate"
	"doorstep.example/services/demo-target/internal/site"
)

// Run serves the shop until ctx ends.
func Run(ctx context.Context, c *Config, log *slog.Logger) error {
	cert, err := certificate.SelfSigned(time.Now())
	if err != nil {
		return fmt.Errorf("make the certificate: %w", err)
	}
	shop, err := site.New(log)
	if err != nil {
		return err
	}
	log.Warn("this site is weak on purpose and for development only; /weaknesses.json lists what is wrong with it")
	if c.AllowRemote {
		log.Warn("DEMO_TARGET_ALLOW_REMOTE is set: whoever reaches these addresses finds the weak site", "addr", c.Addr, "http_addr", c.HTTPAddr)
	}
	return service.Serve(ctx, log,
		service.Listener{Addr: c.Addr, Variable: "DEMO_TARGET_ADDR", Handler: shop, TLS: serveTLS(cert)},
		service.Listener{Addr: c.HTTPAddr, Variable: "DEMO_TARGET_HTTP_ADDR", Handler: shop},
	)
}

// serveTLS accepts protocols and suites that were given up years ago. Naming
// them in the configuration is what makes Go offer them; its defaults do not.
func serveTLS(cert tls.Certificate) func(*http.Server, net.Listener) error {
	return func(server *http.Server, ln net.Listener) error {
		server.TLSConfig = &tls.Config{
			Certificates: []tls.Certificate{cert},
			MinVersion:   tls.VersionTLS10,
			CipherSuites: []uint16{
				tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, // HTTP/2 insists on it
				tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
				tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, //nolint:gosec // old suites are planted weaknesses of this site
				tls.TLS_RSA_WITH_AES_128_CBC_SHA,
				tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA,
			},
		}
		return server.ServeTLS(ln, "", "")
	}
}
