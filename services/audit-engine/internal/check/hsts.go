package check

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

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
		References: []string{"https://www.rfc-editor.org/rfc/rfc6797", "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Strict-Transport-Security"},
		Controls:   controls(transportCrypto, "3.4.1"),
		Run:        runHSTS,
	})
}

func runHSTS(_ context.Context, site *Site) Result {
	if !site.Encrypted() {
		return skip("The page is served over http, where browsers ignore HSTS.")
	}
	values := site.Page.Header.Values("Strict-Transport-Security")
	evidence := lines(at(site.Page), headerLine(site.Page.Header, "Strict-Transport-Security"))
	if len(values) == 0 {
		return fail(Finding{Title: "Browsers are not told to insist on https (no HSTS)", Severity: auditapi.Medium, Evidence: evidence})
	}
	seconds, err := maxAge(values[0]) // a browser reads the first one only
	switch {
	case err != nil:
		return fail(Finding{Title: "The HSTS header is invalid, so browsers ignore it", Severity: auditapi.Medium, Evidence: lines(evidence, err.Error())})
	case seconds == 0:
		return fail(Finding{Title: "HSTS is switched off with max-age=0", Severity: auditapi.Medium, Evidence: evidence})
	case seconds < oneYear:
		return fail(Finding{
			Title: "HSTS is remembered for less than a year", Severity: auditapi.Low, Evidence: evidence,
			Impact: "Visitors who come back after the time has passed start without the protection again.",
		})
	}
	return pass()
}

// maxAge reads the directive that must be there exactly once.
func maxAge(value string) (uint64, error) {
	seconds, found := uint64(0), false
	for directive := range strings.SplitSeq(value, ";") {
		name, argument, _ := strings.Cut(directive, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "max-age") {
			continue
		}
		if found {
			return 0, fmt.Errorf("max-age is there twice")
		}
		digits := strings.Trim(strings.TrimSpace(argument), `"`)
		n, err := strconv.ParseUint(digits, 10, 63)
		if err != nil && !errors.Is(err, strconv.ErrRange) { // a browser caps what is too long
			return 0, fmt.Errorf("max-age is not a number of seconds")
		}
		seconds, found = n, true
	}
	if !found {
		return 0, fmt.Errorf("max-age is missing")
	}
	return seconds, nil
}
