package screen

import (
	"bufio"
	_ "embed" // the built-in list
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// builtIn holds well-known disposable mail domains, one a line.
//
//go:embed disposable.txt
var builtIn string

// maxDomains bounds a list; the largest public ones have about 150,000 domains.
const maxDomains = 1_000_000

// relays forward to a mailbox that lasts, and paying people use them. Lists of
// disposable domains name some of them nevertheless.
var relays = strings.Fields(`
	duck.com mozmail.com privaterelay.appleid.com icloud.com passmail.net passmail.com passfwd.com 33mail.com
	simplelogin.com simplelogin.fr simplelogin.co aleeas.com slmails.com slmail.me dralias.com
	anonaddy.com anonaddy.me addy.io addymail.com erine.email fastmail.com`)

// read adds the domains of a list.
func (s *Screener) read(list io.Reader) error {
	lines := bufio.NewScanner(list)
	number := 0
	for lines.Scan() {
		number++
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		domain, err := listed(line)
		if err != nil {
			return fmt.Errorf("line %d of the disposable domains: %w", number, err)
		}
		if len(s.disposable) == maxDomains {
			return fmt.Errorf("line %d of the disposable domains: more than %d domains", number, maxDomains)
		}
		s.disposable[domain] = struct{}{}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read the disposable domains after line %d: %w", number, err)
	}
	return nil
}

// listed returns the domain of a line. One under which anybody may have a name, such
// as co.uk, is refused: it would warn half a country.
func listed(line string) (string, error) {
	domain, ok := asciiName(line)
	if !ok || !strings.Contains(domain, ".") {
		return "", fmt.Errorf("%.80q is no domain", line)
	}
	if suffix, icann := publicsuffix.PublicSuffix(domain); icann && suffix == domain {
		return "", fmt.Errorf("%q is a public suffix", domain)
	}
	return domain, nil
}

// isDisposable reports whether domain, or the nearest one above it that is known, is
// on the lists.
func (s *Screener) isDisposable(domain string) bool {
	for found := true; found; _, domain, found = strings.Cut(domain, ".") {
		if slices.Contains(relays, domain) {
			return false
		}
		if _, ok := s.disposable[domain]; ok {
			return true
		}
	}
	return false
}
