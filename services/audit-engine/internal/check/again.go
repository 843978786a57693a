package check

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"doorstep.example/services/audit-engine/internal/guard"
)

// again asks for the page once more, with header.
func (s *Site) again(ctx context.Context, header http.Header) (*guard.Response, error) {
	target := s.pagePath()
	if s.Page.URL.RawQuery != "" {
		target += "?" + s.Page.URL.RawQuery
	}
	return s.Ask(ctx, http.MethodGet, target, header)
}

// pastCaches asks for the page with a query that no cache knows, whatever it had.
func (s *Site) pastCaches(ctx context.Context) (*guard.Response, error) {
	return s.Ask(ctx, http.MethodGet, unseen(s.pagePath(), strconv.FormatInt(s.Now.Unix(), 10)), nil)
}

func (s *Site) pagePath() string { return cmp.Or(s.Page.URL.EscapedPath(), "/") }
