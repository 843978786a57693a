package scan

import (
	"context"
	"net"
	"strconv"
	"time"

	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

const (
	// probeLimit is how long the probe of TLS may take, and probeShare its part of the
	// time that an audit has left: the checks need some of it too. At the pace of the
	// guard a probe takes 8 to 16 seconds.
	probeLimit = 40 * time.Second
	probeShare = 2
	// byteTimeout is how long a server may take for its next byte. It is also the
	// measure for the opening of a connection, which waits for its place in the pace.
	byteTimeout = 4 * time.Second
)

// tlsTarget is where to look at TLS: the page's host on the page's port or, for a
// page over http, on 443.
func tlsTarget(client *guard.Client, page *guard.Response) (guard.Target, error) {
	if page.URL.Scheme == "https" {
		return page.Target, nil
	}
	return client.At("https", page.Target.Host())
}

// observeTLS takes stock of the TLS of the page's host. seen is nil, and why says the
// reason, when there is nothing to look at.
func observeTLS(ctx context.Context, client *guard.Client, page *guard.Response) (seen *check.TLS, why string) {
	target, err := tlsTarget(client, page)
	if err != nil {
		return nil, "The page is served over http, and the host's port 443 is outside of this audit."
	}
	ctx, cancel := context.WithTimeout(ctx, probeTime(ctx))
	defer cancel()
	address := net.JoinHostPort(target.Host(), strconv.Itoa(int(target.Port())))
	// An error says that there was no connection, which the result shows as well.
	result, _ := tlsprobe.Probe(ctx, probeConfig(client, target))
	if page.TLS != nil && len(result.Chains) == 0 {
		result.Chains = append(result.Chains, sentChain(page))
	}
	if len(result.Chains) == 0 && result.Highest() == 0 {
		return nil, "The page is served over http, and nothing answers to https at " + address + "."
	}
	return check.NewTLS(address, result), ""
}

// activeProber returns how a check runs an active probe of the host of site.TLS.
func activeProber(client *guard.Client, site *check.Site) func(context.Context, tlsprobe.Active) (tlsprobe.Proof, error) {
	return func(ctx context.Context, probe tlsprobe.Active) (tlsprobe.Proof, error) {
		target, err := tlsTarget(client, site.Page)
		if err != nil {
			return tlsprobe.Proof{}, err
		}
		ctx, cancel := context.WithTimeout(ctx, probeTime(ctx))
		defer cancel()
		return probe(ctx, probeConfig(client, target), site.TLS.Result)
	}
}

func probeConfig(client *guard.Client, target guard.Target) tlsprobe.Config {
	return tlsprobe.Config{
		Dial:       func(ctx context.Context) (net.Conn, error) { return client.Dial(ctx, target) },
		ServerName: target.Host(),
		Timeout:    byteTimeout,
	}
}

// probeTime is the time for the probe.
func probeTime(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(probeLimit, time.Until(deadline)/probeShare)
	}
	return probeLimit
}

// sentChain is the chain that came with the page.
func sentChain(page *guard.Response) [][]byte {
	var chain [][]byte
	for _, c := range page.TLS.PeerCertificates {
		chain = append(chain, c.Raw)
	}
	return chain
}
