package check

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
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
	return s.Ask(ctx, http.MethodGet, s.freshPath(strconv.FormatInt(s.Now.Unix(), 10)), nil)
}

// freshPath is the page with a query that is asked for the first time, so that no
// visitor's copy in a cache is touched.
func (s *Site) freshPath(key string) string { return s.pagePath() + "?nocache=" + url.QueryEscape(key) }

func (s *Site) pagePath() string { return cmp.Or(s.Page.URL.EscapedPath(), "/") }
