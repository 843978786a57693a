package e2e_test

import (
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Behind TLS, every answer of the shop, whatever it is, carries exactly these
// protections, and every cookie is bound to its host.
func TestProtectionsBehindTLS(t *testing.T) {
	t.Parallel()
	front := newFront(t)
	s := open(t, filesOnly, with("PUBLIC_BASE_URL", front.url()), with("TRUSTED_PROXIES", "127.0.0.1/32"))
	front.to(t, s.ShopURL())
	t.Run("headers", func(t *testing.T) { t.Parallel(); wantHeaders(s.in(t), front) })
	t.Run("cookies", func(t *testing.T) { t.Parallel(); wantHostCookies(s.in(t), front) })
}

// visitor is a browser that trusts the proxy, and stays where a redirect comes.
func (f *front) visitor(t *testing.T) *visitor {
	t.Helper()
	v := newVisitor(t)
	v.client.Transport = f.client.Transport
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return v
}

func wantHeaders(s *shop, front *front) {
	page := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
			"form-action 'self' https://checkout.stripe.com " + s.SandboxURL() + "; base-uri 'none'; frame-ancestors 'none'",
		"Strict-Transport-Security":    "max-age=63072000; includeSubDomains",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Referrer-Policy":              "no-referrer",
		"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=()",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cache-Control":                "no-store",
		"Server":                       "",
		"X-Powered-By":                 "",
	}
	file := maps.Clone(page)
	file["Cache-Control"] = "public, max-age=31536000, immutable"
	v := front.visitor(s.T)
	asset := loaded.FindStringSubmatch(v.get(front.url()+"/", http.StatusOK))
	if asset == nil {
		s.Fatal("the front page loads nothing")
	}
	for _, c := range []struct {
		method, path string
		status       int
		want         map[string]string
	}{
		{http.MethodGet, "/", http.StatusOK, page},
		{http.MethodHead, "/", http.StatusOK, page}, // as monitors ask
		{http.MethodGet, "/products/security-audit", http.StatusOK, page},
		{http.MethodHead, "/products/security-audit/sample", http.StatusOK, page},
		{http.MethodGet, "/contact", http.StatusOK, page},
		{http.MethodGet, "/portal", http.StatusOK, page},
		{http.MethodGet, "/portal/enter?token=x", http.StatusOK, page},
		{http.MethodGet, "/download?token=x", http.StatusNotFound, page},
		{http.MethodGet, "/orders/x", http.StatusNotFound, page},
		{http.MethodGet, "/nothing/here", http.StatusNotFound, page},
		{http.MethodDelete, "/contact", http.StatusMethodNotAllowed, page},
		{http.MethodPost, "/checkout", http.StatusNotFound, page},
		{http.MethodPost, "/api/checkout", http.StatusBadRequest, page},
		{http.MethodPost, "/webhooks/stripe", http.StatusBadRequest, page},
		{http.MethodGet, "/robots.txt", http.StatusOK, page},
		{http.MethodGet, asset[1], http.StatusOK, file},
	} {
		resp, text := v.send(c.method, front.url()+c.path, "application/x-www-form-urlencoded", strings.NewReader(""))
		if resp.StatusCode != c.status {
			s.Errorf("%s %s was answered %d, want %d: %.300s", c.method, c.path, resp.StatusCode, c.status, text)
		}
		for name, want := range c.want {
			if got := resp.Header.Values(name); strings.Join(got, " & ") != want {
				s.Errorf("%s %s: %s is %q, want %q", c.method, c.path, name, got, want)
			}
		}
	}
}

// wantHostCookies follows a buyer on the whole way, from the choice of a language to
// the portal.
func wantHostCookies(s *shop, front *front) {
	v := front.visitor(s.T)
	found := map[string]bool{}
	visit := func(method, path string, form url.Values) {
		s.Helper()
		resp, text := v.send(method, front.url()+path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
		if len(resp.Cookies()) == 0 {
			s.Errorf("%s %s sets no cookie (%d): %.300s", method, path, resp.StatusCode, text)
		}
		for _, c := range resp.Cookies() {
			sort, _, _ := strings.Cut(strings.TrimPrefix(c.Name, "__Host-doorstep-"), "-")
			found[sort] = true
			if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge <= 0 {
				s.Errorf("%s %s sets the cookie %s", method, path, c.Raw)
			}
		}
	}
	visit(http.MethodGet, "/?lang=de", nil)
	thankYou, err := url.Parse(s.payAndLeave(s.begin("agent-playbook", fileForm())))
	if err != nil {
		s.Fatal(err)
	}
	visit(http.MethodGet, thankYou.RequestURI(), nil)
	token := s.signInToken(buyer)
	visit(http.MethodPost, "/portal/enter", url.Values{"token": {token}})
	for _, sort := range []string{"lang", "order", "portal"} {
		if !found[sort] {
			s.Errorf("no cookie of the sort %q was set: %v", sort, found)
		}
	}
	if html := v.get(front.url()+"/portal", http.StatusOK); !strings.Contains(html, "/portal/logout") {
		s.Error("the portal's cookie does not come back over TLS")
	}
}

// signInToken asks for a sign-in link and takes its token out of the mail.
func (s *shop) signInToken(email string) (token string) {
	s.Helper()
	before := len(s.mails("", "login"))
	s.post("/portal/login", url.Values{"email": {email}}, http.StatusSeeOther)
	s.eventually("the sign-in link is mailed", func() bool { return len(s.mails("", "login")) > before })
	mails := s.mails("", "login")
	_, token, _ = strings.Cut(portalLink.FindString(mails[len(mails)-1].Text), "token=")
	return token
}

var (
	takeForm  = regexp.MustCompile(`action="(/orders/[0-9a-z]{26}/goods/[^"]+)"`)
	formToken = regexp.MustCompile(`name="form_token" value="([^"]+)"`)
)

// What was bought can be taken from the portal, and by nobody who is not signed in:
// looking at the link signs nobody in, and after signing out the cookie opens nothing.
func TestDownloadFromThePortal(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	id, _ := s.sellFile()
	v := newVisitor(t)
	token := s.signInToken(buyer)
	v.get(s.ShopURL()+"/portal/enter?token="+token, http.StatusOK)
	if html := v.get(s.ShopURL()+"/portal", http.StatusOK); strings.Contains(html, id) {
		t.Error("looking at the link signed the visitor in")
	}
	html := v.post(s.ShopURL()+"/portal/enter", url.Values{"token": {token}}, http.StatusOK)
	take := takeForm.FindStringSubmatch(html)
	if take == nil {
		t.Fatalf("the portal offers nothing to take:\n%s", html)
	}
	if got := v.post(s.ShopURL()+take[1], url.Values{}, http.StatusOK); got != string(s.goods()) {
		t.Errorf("%d bytes came, want the %d bytes that were sold", len(got), len(s.goods()))
	}
	leave := url.Values{"form_token": {formToken.FindStringSubmatch(html)[1]}}
	thief := newVisitor(t) // has copied the cookie
	home, err := url.Parse(s.ShopURL())
	if err != nil {
		t.Fatal(err)
	}
	thief.client.Jar = must(cookiejar.New(nil))
	thief.client.Jar.SetCookies(home, v.client.Jar.Cookies(home))
	v.post(s.ShopURL()+"/portal/logout", url.Values{"form_token": {"x"}}, http.StatusForbidden)
	v.post(s.ShopURL()+"/portal/logout", leave, http.StatusOK)
	if html := thief.get(s.ShopURL()+"/portal", http.StatusOK); strings.Contains(html, id) {
		t.Error("the cookie still opens the portal after signing out")
	}
}
