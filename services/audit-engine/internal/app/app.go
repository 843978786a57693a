// Package app wires the audit-engine. Main and tests use the same function.
package app

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/service"
	"doorstep.example/services/audit-engine/internal/api"
	"doorstep.example/services/audit-engine/internal/dnsprobe"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/scan"
)

// Render draws a report as PDF.
type Render func(auditapi.Report) ([]byte, error)

// collectAt is how much garbage, in per cent of what is alive, the collector waits for. A
// scan holds up to 30 MiB of what a hostile site sends; with Go's default of 100 as much
// again would lie beside it.
const collectAt = 20

// Run serves until ctx ends.
func Run(ctx context.Context, c *Config, log *slog.Logger, render Render) error {
	debug.SetGCPercent(collectAt)
	handler, err := New(c, log, render)
	if err != nil {
		return err
	}
	return service.Serve(ctx, log, service.Listener{Addr: c.Addr, Variable: "AUDIT_ENGINE_ADDR", Handler: handler})
}

// New returns the engine as a handler.
func New(c *Config, log *slog.Logger, render Render) (http.Handler, error) {
	service.WarnIfReachable(log, "AUDIT_ENGINE_ADDR", c.Addr)
	if len(c.LabTargets) > 0 {
		log.Warn("lab targets may be dialled although they are not public; leave AUDIT_LAB_TARGETS empty in production", "lab_targets", c.LabTargets.String())
	}
	if unreachableContact(c.ContactURL.URL) {
		log.Warn("targets are told a contact that they cannot reach; set AUDIT_CONTACT_URL", "contact_url", c.ContactURL.String())
	}
	roots, missing := usable(x509.SystemCertPool()) // SSL_CERT_FILE counts
	metrics := service.NewMetrics()
	watch, err := guard.New(guard.Config{Ports: c.Ports, Lab: c.LabTargets, Listener: c.Addr, Registerer: metrics})
	if err != nil {
		return nil, fmt.Errorf("make the guard: %w", err)
	}
	scanner, err := scan.New(scan.Config{
		Guard: watch, Log: log, Timeout: c.Timeout, Concurrency: c.Concurrency, Roots: roots,
		DNS: resolver(c, log), PrivateDNS: c.DNSResolver != "", Seller: c.SellerName, ContactURL: c.ContactURL.String(), Registerer: metrics,
	})
	if err != nil {
		return nil, fmt.Errorf("make the scanner: %w", err)
	}
	e := service.NewEcho(service.EchoConfig{Log: log, Metrics: metrics})
	service.Health(e, func(echo.Context) []string { return missing })
	e.GET("/metrics", metrics.Handler())
	api.Register(e, api.Config{Log: log, Token: c.InternalToken, Scan: scanner.Run, Prove: scanner.Prove, Render: render})
	return e, nil
}

// resolver returns the way to ask for DNS records, or nil where no resolver is known.
func resolver(c *Config, log *slog.Logger) dnsprobe.Exchange {
	address := c.DNSResolver
	if address == "" {
		var err error
		if address, err = dnsprobe.SystemResolver("/etc/resolv.conf"); err != nil {
			log.Warn("audits leave out DNS and mail, as no resolver is known; set AUDIT_DNS_RESOLVER", "error", err.Error())
			return nil
		}
	}
	return (&dnsprobe.Resolver{Address: address}).Exchange
}

// usable says why audits cannot be made where no certificate authorities are known:
// each certificate would look wrong.
func usable(roots *x509.CertPool, err error) (_ *x509.CertPool, missing []string) {
	if err != nil || roots.Equal(x509.NewCertPool()) {
		return nil, []string{"no certificate authorities are installed: install ca-certificates or set SSL_CERT_FILE"}
	}
	return roots, nil
}
