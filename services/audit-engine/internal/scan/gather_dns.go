package scan

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/dnsprobe"
	"doorstep.example/services/audit-engine/internal/guard"
)

// observeDNS asks our resolver about the page's host and its domain. The target
// notices nothing of it.
func (s *Scanner) observeDNS(ctx context.Context, page *guard.Response) (facts *dnsprobe.Facts, why string) {
	_, notAName := netip.ParseAddr(page.Target.Host())
	private := s.config.PrivateDNS && notAName != nil && strings.Contains(page.Target.Host(), ".")
	switch {
	case !page.Target.Public() && !private:
		return nil, "The target has no public name, so there are no DNS records to look at."
	case s.config.DNS == nil:
		return nil, "This audit was made without a resolver, so the DNS was not looked at."
	}
	return dnsprobe.Look(ctx, s.config.DNS, page.Target.Host(), tlsPort(page), check.NewPage(page).Hosts()), ""
}

// tlsPort is the port of tlsTarget.
func tlsPort(page *guard.Response) uint16 {
	if page.URL.Scheme == "https" {
		return page.Target.Port()
	}
	return 443
}

// hostAsker returns how checks fetch from another name of the domain.
func hostAsker(client *guard.Client) func(context.Context, string) (*guard.Response, error) {
	return func(ctx context.Context, address string) (*guard.Response, error) {
		u, err := url.Parse(address)
		if err != nil {
			return nil, fmt.Errorf("read the address: %w", err)
		}
		origin, err := client.At(u.Scheme, u.Hostname())
		if err != nil {
			return nil, err
		}
		target, err := client.Sibling(origin, u.EscapedPath())
		if err != nil {
			return nil, err
		}
		return client.Do(ctx, guard.Request{Target: target, NoFollow: true, Probe: true, Enough: check.MaxLooked})
	}
}
