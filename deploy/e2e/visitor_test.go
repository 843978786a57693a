package e2e_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// visitor is a browser without a screen: it keeps cookies and follows redirects.
type visitor struct {
	*testing.T
	client http.Client
	header http.Header // of every request
}

func newVisitor(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{T: t, client: http.Client{Jar: jar, Timeout: patience}, header: http.Header{}}
}

func (v *visitor) get(address string, status int) string {
	v.Helper()
	return v.do(http.MethodGet, address, "", nil, status)
}

func (v *visitor) post(address string, form url.Values, status int) string {
	v.Helper()
	return v.do(http.MethodPost, address, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), status)
}

func (v *visitor) do(method, address, contentType string, body io.Reader, status int) string {
	v.Helper()
	resp, text := v.send(method, address, contentType, body)
	if resp.StatusCode != status {
		v.Errorf("%s %s was answered %d, want %d: %.300s", method, address, resp.StatusCode, status, text)
	}
	return text
}

func (v *visitor) send(method, address, contentType string, body io.Reader) (*http.Response, string) {
	v.Helper()
	req, err := http.NewRequestWithContext(v.Context(), method, address, body)
	if err != nil {
		v.Fatal(err)
	}
	req.Header = v.header.Clone()
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := v.client.Do(req)
	if err != nil {
		v.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		v.Fatal(err)
	}
	return resp, string(text)
}

var tag = regexp.MustCompile(`<[^>]*>`)

// text is what a page says, without its markup.
func text(page string) string { return html.UnescapeString(tag.ReplaceAllString(page, " ")) }
