package scan

import (
	"context"
	"net/http"

	"doorstep.example/services/audit-engine/internal/exposed"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/robots"
)

// observeExposed asks the page's site for files that are not for its visitors.
func observeExposed(ctx context.Context, client *guard.Client, page *guard.Response, rules robots.File) *exposed.Result {
	return exposed.Probe(ctx, func(ctx context.Context, method, path string, header http.Header) (*guard.Response, error) {
		target, err := client.Sibling(page.Target, path)
		if err != nil {
			return nil, err
		}
		return client.Do(ctx, guard.Request{
			Target: target, Method: method, Header: header, NoFollow: true, Probe: true, Done: enough(exposed.Window),
		})
	}, rules)
}

// enough ends a body after n bytes: servers that do not know Range send files whole,
// and some of those asked for are large.
func enough(n int) func([]byte) bool {
	return func(part []byte) bool {
		n -= len(part)
		return n <= 0
	}
}
