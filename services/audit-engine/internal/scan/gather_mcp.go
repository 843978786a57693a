package scan

import (
	"context"

	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
)

// observeMCP looks for an endpoint of the Model Context Protocol on the page's host. A
// site without one costs at most eight requests.
func observeMCP(ctx context.Context, client *guard.Client, page *guard.Response) (seen *mcpprobe.Result, why string) {
	seen, err := mcpprobe.Probe(ctx, mcpprobe.Config{Ask: mcpAsker(client, page), Page: page.URL})
	if err != nil {
		return nil, "The site did not answer in time when it was asked whether it has an AI interface (MCP)."
	}
	return seen, ""
}

func mcpAsker(client *guard.Client, page *guard.Response) mcpprobe.Ask {
	return func(ctx context.Context, q mcpprobe.Question) (*guard.Response, error) {
		base := page.Target
		if q.Plain {
			plain, err := client.At("http", page.Target.Host())
			if err != nil {
				return nil, err
			}
			base = plain
		}
		target, err := client.Sibling(base, q.Path)
		if err != nil {
			return nil, err
		}
		return client.Do(ctx, guard.Request{
			Target: target, Method: q.Method, Header: q.Header, Body: q.Body, Done: q.Done, NoFollow: true, Probe: true,
		})
	}
}
