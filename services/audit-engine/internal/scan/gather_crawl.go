package scan

import (
	"context"

	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/crawl"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/robots"
)

// gatherPages reads the site's pages and scripts into site. It sets only fields of
// its own, so that it may run beside the other steps.
func gatherPages(ctx context.Context, client *guard.Client, site *check.Site, rules robots.File) {
	read := crawl.Run(ctx, client, site.Page, rules)
	site.Pages, site.Scripts, site.Redirects, site.Disallowed = read.Pages, read.Scripts, read.Redirects, rules.Disallowed
}
