package scan

import (
	"context"
	"net/http"

	"doorstep.example/services/audit-engine/internal/exposed"
	"doorstep.example/services/audit-engine/internal/guard"
)

// observeExposed asks the page's site for files that are not for its visitors, and
// honours its robots.txt unless the audit is the owner's.
func observeExposed(ctx context.Context, client *guard.Client, page *guard.Response, owned bool) *exposed.Result {
	return exposed.Probe(ctx, func(ctx context.Context, method, path string, header http.Header) (*guard.Response, error) {
		target, err := client.Sibling(page.Target, path)
		if err != nil {
			return nil, err
		}
		return client.Do(ctx, guard.Request{
			Target: target, Method: method, Header: header, NoFollow: true, Probe: true, Done: enough(exposed.Window),
		})
	}, owned)
}

// enough ends a body after n bytes: servers that do not know Range send files whole,
// and some of those asked for are large.
func enough(n int) func([]byte) bool {
	return func(part []byte) bool {
		n -= len(part)
		return n <= 0
	}
}
