package check

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/dnsprobe"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

// Bounds of the pages that are asked for.
const (
	maxAliasPages = 3
	aliasPageTime = 5 * time.Second
)

func init() {
	register(Check{
		ID: "dns-dangling-cname", Title: "Aliases that lead to somebody else's service", Area: AreaDNS,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "Whoever takes the abandoned name at the service answers for a name of your domain: with a page that looks like yours, a valid certificate, and access to cookies that are set for the whole domain.",
		Remediation: "Take the alias out of the DNS, or point it to something that is yours:\n\n    OLD.YOUR.DOMAIN.  CNAME …   ; delete\n\n" +
			"From now on, delete the DNS record first and the service behind it afterwards.",
		References: []string{
			"https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/10-Test_for_Subdomain_Takeover",
			"https://developer.mozilla.org/en-US/docs/Web/Security/Subdomain_takeovers",
		},
		Controls: controls(naming),
		Pageless: true,
		Run:      runDanglingCNAME,
	})
}

func runDanglingCNAME(ctx context.Context, site *Site) Result {
	if reason := site.noDNS(); reason != "" {
		return skip("%s", reason)
	}
	var claimable, unregistered, nowhere []string
	pages := 0
	for _, alias := range site.DNS.Aliases.Value {
		service, known := alias.ServiceOf()
		path := quote(alias.Name + " → " + strings.Join(alias.Chain, " → "))
		switch {
		case known && alias.Gone:
			claimable = append(claimable, path+": the name does not exist at "+service.Name)
		case service.Unclaimed != "" && pages < maxAliasPages:
			pages++
			if unclaimed(ctx, site, alias, service) {
				claimable = append(claimable, path+": "+service.Name+" answers that nobody has this name")
			}
		case alias.Unregistered != "":
			unregistered = append(unregistered, path+": the domain "+quote(alias.Unregistered)+" does not exist in the DNS")
		case alias.Gone:
			nowhere = append(nowhere, path+": the name does not exist")
		}
	}
	var findings []Finding
	if len(claimable) > 0 {
		findings = append(findings, Finding{Title: "An alias leads to a name that anybody can claim", Severity: auditapi.High, Evidence: lines(claimable...)})
	}
	if len(unregistered) > 0 {
		findings = append(findings, Finding{Title: "An alias leads to a domain that does not exist", Severity: auditapi.High, Evidence: lines(unregistered...),
			Impact: "If the domain is free, whoever registers it answers for a name of your domain: with a page that looks like yours, a valid certificate, and access to cookies that are set for the whole domain."})
	}
	if len(nowhere) > 0 {
		findings = append(findings, Finding{Title: "An alias leads to a name that does not exist", Severity: auditapi.Low, Evidence: lines(nowhere...),
			Impact: "Nothing answers under this name. Such leftovers become dangerous when the name they lead to can be had by others."})
	}
	if len(findings) == 0 && site.DNS.Aliases.Unknown != "" {
		return unknown(site.DNS.Aliases.Unknown)
	}
	return fail(findings...)
}

// unclaimed reports whether the service answers for the alias that nobody has it.
func unclaimed(ctx context.Context, site *Site, alias dnsprobe.Alias, service dnsprobe.Service) bool {
	page := site.Page
	if alias.Name != site.Host {
		limited, cancel := context.WithTimeout(ctx, aliasPageTime)
		defer cancel()
		var err error
		if page, err = site.AskHost(limited, "http://"+alias.Name+"/"); err != nil {
			return false
		}
	}
	return says(page, service.Unclaimed)
}

func says(page *guard.Response, text string) bool {
	return page.Status == http.StatusNotFound && bytes.Contains(page.Body, []byte(text))
}
