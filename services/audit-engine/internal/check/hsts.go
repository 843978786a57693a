package check

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

// oneYear is the shortest time that the ASVS accepts, in seconds.
const oneYear = 31_536_000

func init() {
	register(Check{
		ID: "hsts", Title: "Browsers are told to insist on https (HSTS)", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "A visitor who types the address without https, or follows an old link, starts unencrypted. Somebody on the same network can keep that visitor on an unencrypted copy of the site and read along. HSTS makes browsers refuse that.",
		Remediation: setHeader("Send Strict-Transport-Security on every https answer. Begin with a day (max-age=86400) if you are unsure whether everything works over https, then go up to a year or more.",
			"Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
		References: []string{"https://www.rfc-editor.org/rfc/rfc6797", "https://hstspreload.org/", "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Strict-Transport-Security"},
		Controls:   controls(transportCrypto, "3.4.1", "3.7.4"),
		Run:        runHSTS,
	})
}

func runHSTS(_ context.Context, site *Site) Result {
	if !site.Encrypted() {
		return skip("The page is served over http, where browsers ignore HSTS.")
	}
	values := site.Page.Header.Values("Strict-Transport-Security")
	evidence := lines(at(site.Page), headerLine(site.Page.Header, "Strict-Transport-Security"))
	if _, err := netip.ParseAddr(site.Page.URL.Hostname()); err == nil {
		// Lab targets alone are named so, and stand for a site that has a name.
		evidence = lines(evidence, "Browsers remember HSTS for names; this audit has opened the site by its IP address (RFC 6797, section 8.1.1).")
	}
	if before := onTheWay(site); len(values) == 0 && before != "" {
		return fail(Finding{
			Title: "HSTS comes with the redirect, not with the page", Severity: auditapi.Low, Evidence: lines(evidence, before),
			Impact: "Visitors who begin at the front page are protected. Those who follow a link straight to a page are not, until they have been redirected once.",
		})
	}
	if len(values) == 0 {
		return fail(Finding{Title: "Browsers are not told to insist on https (no HSTS)", Severity: auditapi.Medium, Evidence: evidence})
	}
	h, err := parseHSTS(values[0]) // a browser reads the first one only
	if err != nil {
		return fail(Finding{Title: "The HSTS header is invalid, so browsers ignore it", Severity: auditapi.Medium, Evidence: lines(evidence, err.Error())})
	}
	evidence = lines(append([]string{evidence, h.preloading()}, preloadNeeds(site)...)...)
	switch {
	case h.maxAge == 0:
		return fail(Finding{Title: "HSTS is switched off with max-age=0", Severity: auditapi.Medium, Evidence: evidence})
	case h.maxAge < oneYear:
		return fail(Finding{
			Title: "HSTS is remembered for less than a year", Severity: auditapi.Low, Evidence: evidence,
			Impact: "Visitors who come back after the time has passed start without the protection again.",
		})
	case !h.subdomains:
		return fail(Finding{
			Title: "HSTS leaves out the names below this one", Severity: auditapi.Info, Evidence: evidence,
			Impact: "Somebody on a visitor's network can still invent a name such as login.YOUR.NAME, answer for it without encryption, and set cookies that your site receives. Add includeSubDomains when every name below yours speaks https.",
		})
	}
	return pass()
}

// onTheWay is the line of a redirect on the same name that has told browsers for a year or
// more; empty: none has.
func onTheWay(site *Site) string {
	for _, hop := range site.Page.Hops {
		values := hop.Header.Values("Strict-Transport-Security")
		if hop.URL.Scheme != "https" || hop.URL.Hostname() != site.Page.URL.Hostname() || len(values) == 0 {
			continue
		}
		if h, err := parseHSTS(values[0]); err == nil && h.maxAge >= oneYear {
			return "In the redirect before it: " + headerLine(hop.Header, "Strict-Transport-Security")
		}
	}
	return ""
}

// hsts is a Strict-Transport-Security header.
type hsts struct {
	maxAge     uint64 // seconds
	subdomains bool
	preload    bool
}

// preloadNeeds tells what else hstspreload.org asks for and is missing: the name that
// was registered, and on it a redirect from http.
func preloadNeeds(site *Site) []string {
	var lacks []string
	host := site.Page.URL.Hostname()
	_, notAddress := netip.ParseAddr(host)
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); notAddress != nil && err == nil && domain != host {
		lacks = append(lacks, "The list takes "+quote(domain)+" alone, with all names below it; this is what "+quote(host)+" sends.")
	}
	if r := site.Plain.Response; r != nil && !ownPort(site) && (len(r.Hops) == 0 || detour(r)) {
		lacks = append(lacks, "It also wants http to redirect to https on the same name first.")
	}
	return lacks
}

// preloading tells whether the header meets what hstspreload.org asks of it, so that
// browsers may insist on https before the first visit.
func (h hsts) preloading() string {
	var lacks []string
	if h.maxAge < oneYear {
		lacks = append(lacks, "a max-age of a year")
	}
	if !h.subdomains {
		lacks = append(lacks, "includeSubDomains")
	}
	if !h.preload {
		lacks = append(lacks, "preload")
	}
	if len(lacks) == 0 {
		return "For the browsers' preload list the header qualifies."
	}
	return "For the browsers' preload list the header lacks " + strings.Join(lacks, ", ") + "."
}

// parseHSTS reads a header by RFC 6797 §6.1. A browser ignores one that repeats a
// directive that it knows.
func parseHSTS(value string) (hsts, error) {
	var h hsts
	seen := map[string]bool{}
	for directive := range strings.SplitSeq(value, ";") {
		name, argument, valued := strings.Cut(directive, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		switch name {
		case "max-age":
			seconds, err := maxAge(argument)
			if err != nil {
				return hsts{}, err
			}
			h.maxAge = seconds
		case "includesubdomains":
			if valued {
				return hsts{}, errors.New("includeSubDomains has a value, and takes none")
			}
			h.subdomains = true
		case "preload":
			h.preload = true
			continue // not of the RFC, and so not judged
		default:
			continue
		}
		if seen[name] {
			return hsts{}, fmt.Errorf("%s is there twice", name)
		}
		seen[name] = true
	}
	if !seen["max-age"] {
		return hsts{}, errors.New("max-age is missing")
	}
	return h, nil
}

// maxAge reads the seconds, which may stand in quotation marks.
func maxAge(argument string) (uint64, error) {
	digits := strings.TrimSpace(argument)
	if len(digits) > 1 && strings.HasPrefix(digits, `"`) && strings.HasSuffix(digits, `"`) {
		digits = digits[1 : len(digits)-1]
	}
	n, err := strconv.ParseUint(digits, 10, 63)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // a browser caps what is too long
		return 0, errors.New("max-age is not a number of seconds")
	}
	return n, nil
}
