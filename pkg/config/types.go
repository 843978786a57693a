package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// Secret is a value that must not appear in logs, error texts or dumps. Read it
// with Reveal, at the one place that needs it.
type Secret string

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Decode accepts anything: an error would print the value.
func (s *Secret) Decode(value string) error { *s = Secret(value); return nil }

func (s Secret) String() string               { return s.redacted() }
func (s Secret) GoString() string             { return s.redacted() }
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.redacted()), nil }

// TypeName is the word for it in the table of variables.
func (Secret) TypeName() string { return "secret" }

func (s Secret) redacted() string {
	if s == "" {
		return ""
	}
	return "***"
}

// Secrets is a comma list of secrets: the first is in use, the others are still
// accepted while a key is being rotated.
type Secrets []Secret

// Decode splits the list; blanks around an entry do not count.
func (s *Secrets) Decode(value string) error {
	*s = nil
	for part := range strings.SplitSeq(value, ",") {
		if part = strings.TrimSpace(part); part != "" {
			*s = append(*s, Secret(part))
		}
	}
	return nil
}

// TypeName is the word for it in the table of variables.
func (Secrets) TypeName() string { return "comma list of secrets" }

// URL is an absolute http or https URL.
type URL struct{ url.URL }

// Decode parses the URL and drops a trailing slash.
func (u *URL) Decode(value string) error {
	parsed, err := url.Parse(strings.TrimRight(value, "/"))
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		return fmt.Errorf("an absolute http:// or https:// address is expected")
	}
	u.URL = *parsed
	return nil
}

// TypeName is the word for it in the table of variables.
func (URL) TypeName() string { return "URL" }

// CIDRs is a comma list of networks, for example 10.0.0.0/8,127.0.0.1/32.
type CIDRs []netip.Prefix

// Decode parses the list; a bare address stands for itself alone.
func (c *CIDRs) Decode(value string) error {
	*c = nil
	for part := range strings.SplitSeq(value, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if addr, err := netip.ParseAddr(part); err == nil {
			*c = append(*c, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			return fmt.Errorf("%q is not a network such as 10.0.0.0/8", part)
		}
		*c = append(*c, prefix.Masked())
	}
	return nil
}

// TypeName is the word for it in the table of variables.
func (CIDRs) TypeName() string { return "comma list of networks" }
