package mcpprobe

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// wellKnown is where RFC 9728, section 3, has the document; the resource's path follows.
const wellKnown = "/.well-known/oauth-protected-resource"

// findMetadata looks for the document in the order that clients do: where the
// challenge says, else at the well-known path of the endpoint, else at that of the host
// (specification 2026-07-28, "Protected Resource Metadata Discovery Requirements").
func (p *prober) findMetadata(ctx context.Context, endpoint string) {
	m := &p.result.Metadata
	if bearer, ok := p.result.Refusal.Bearer(); ok {
		m.Named = cut(bearer.Parameters["resource_metadata"], maxName)
	}
	if m.Named == "" {
		endpoint, _, _ = strings.Cut(endpoint, "?")
		if endpoint != "/" {
			p.readMetadata(ctx, wellKnown+endpoint)
		}
		if !m.Found && !m.Unknown {
			p.readMetadata(ctx, wellKnown)
		}
		return
	}
	named, err := url.Parse(m.Named)
	if err != nil || named.Host == "" {
		return
	}
	// An unencrypted address of the same host is looked at where it should be.
	if m.Elsewhere = !strings.EqualFold(named.Hostname(), p.config.Page.Hostname()); !m.Elsewhere {
		p.readMetadata(ctx, path(named))
	}
}

func (p *prober) readMetadata(ctx context.Context, path string) {
	limited, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	m := &p.result.Metadata
	m.Path = path
	question := Question{Method: http.MethodGet, Path: path, Header: http.Header{"Accept": {"application/json"}}}
	response, err := p.config.Ask(limited, question)
	if err == nil && response.Status/100 == 3 {
		if question.Path = p.location(response); question.Path == "" {
			m.Elsewhere = response.Header.Get("Location") != ""
			return
		}
		response, err = p.config.Ask(limited, question)
	}
	if err != nil {
		m.Unknown = true
		return
	}
	var document struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
		Methods  []string `json:"bearer_methods_supported"`
	}
	if response.Status != http.StatusOK || response.BodyErr != nil || json.Unmarshal(response.Body, &document) != nil {
		return
	}
	m.Found, m.Resource = true, cut(document.Resource, maxName)
	m.Servers, m.Methods = bound(document.Servers), bound(document.Methods)
}

func bound(list []string) []string {
	list = list[:min(len(list), 10)]
	for i := range list {
		list[i] = cut(list[i], maxName)
	}
	return list
}
