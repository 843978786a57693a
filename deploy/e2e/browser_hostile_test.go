package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// door is a place where a stranger's text comes in: %s in the path, a header, or a
// field of the body.
type door struct {
	method, path  string
	header, field string
	form          url.Values // the other fields
	json          bool
}

func (d door) String() string {
	return strings.TrimSpace(strings.Join([]string{d.method, d.path, d.header, d.field}, " "))
}

// doors are all places of a shop with an order, whose buyer is signed in.
func doors(id, formToken string) []door {
	checkout := url.Values{
		"product": {"security-audit"}, "customer_email": {buyer}, "contact_name": {"Ada"}, "target_url": {"https://shop.example.com/"}, "target_name": {"Shop"},
	}
	message := url.Values{"name": {"Ada"}, "email": {buyer}, "company": {"Ltd"}, "message": {"Hello there, a question."}}
	order, own := "/orders/"+id, url.Values{"form_token": {formToken}}
	list := []door{}
	post := func(path string, form url.Values, fields ...string) {
		for _, field := range fields {
			list = append(list, door{method: http.MethodPost, path: path, field: field, form: form})
		}
	}
	post("/checkout", checkout, "product", "tier", "form_token", "customer_email", "contact_name", "target_url", "target_name", "homepage", "confirm", "another")
	post("/contact", message, "name", "email", "company", "message", "homepage")
	post("/portal/login", nil, "email")
	post("/portal/enter", nil, "token")
	post("/portal/logout", nil, "form_token")
	post("/portal/orders/"+id+"/resend", nil, "form_token")
	post("/portal/orders/%s/resend", own)
	post(order+"/email", nil, "email")
	post("/download", nil, "token")
	post("/download/renew", nil, "token")
	for _, field := range []string{"product", "tier", "customer_email", "contact_name", "target_url", "target_name", "another"} {
		list = append(list, door{method: http.MethodPost, path: "/api/checkout", field: field, form: checkout, json: true})
	}
	for _, path := range []string{
		"/portal/orders/%s/resend", "/orders/%s/resend", "/orders/%s/email", order + "/goods/%s", "/download?token=%s", "/checkout?product=%s",
	} {
		list = append(list, door{method: http.MethodPost, path: path, form: own})
	}
	for _, path := range []string{
		"/?lang=%s", "/?%s", "/products/%s", "/products/%s/sample", "/products/security-audit?lang=%s", "/thank-you?session_id=%s", "/orders/%s", order + "?buyer=%s",
		order + "?done=%s", order + "?correct=%s&lang=%s", "/orders/%s/events", "/orders/%s/receipt", "/download?token=%s", "/download/%s", "/portal?sent=%s", "/portal?done=%s",
		"/portal/enter?token=%s", "/portal/enter?token=x&lang=%s", "/contact?sent=%s", "/verify/%s", "/static/%s", "/%s", "//evil.example.com/%s", "/nothing?q=%s",
	} {
		list = append(list, door{method: http.MethodGet, path: path})
	}
	for _, header := range []string{"Accept-Language", "Referer", "User-Agent", "Origin", "X-Forwarded-Host", "X-Forwarded-Proto", "Accept", "Range"} {
		list = append(list, door{method: http.MethodGet, path: "/portal", header: header})
	}
	return list
}

// request is the request that brings attack through the door; nil where HTTP itself
// does not let it.
func (d door) request(t *testing.T, shop, attack string) *http.Request {
	t.Helper()
	path := strings.ReplaceAll(d.path, "%s", url.QueryEscape(attack))
	form, contentType := url.Values{}, "application/x-www-form-urlencoded"
	for name, values := range d.form {
		form[name] = values
	}
	if d.field != "" {
		form.Set(d.field, attack)
	}
	body := form.Encode()
	if d.json {
		object := map[string]string{}
		for name := range form {
			object[name] = form.Get(name)
		}
		encoded, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		body, contentType = string(encoded), "application/json"
	}
	req, err := http.NewRequestWithContext(t.Context(), d.method, shop+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if d.method == http.MethodPost {
		req.Header.Set("Content-Type", contentType)
	}
	if d.header != "" {
		if strings.ContainsFunc(attack, func(r rune) bool { return r < ' ' }) {
			return nil
		}
		req.Header.Set(d.header, attack)
	}
	return req
}

// attacksInPages are attacks that a browser would run, if they came back unescaped.
var attacksInPages = []string{
	`"><script>` + canary + `()</script>`, `</title></textarea></style><script>` + canary + `()</script>`, `<img src=x onerror=` + canary + `()>`,
	`<svg/onload=` + canary + `()>`, `x onfocus=` + canary + `() autofocus`, `" onfocus="` + canary + `()" autofocus x="`, `' onfocus='` + canary + `()' autofocus x='`,
	"` onfocus=`" + canary + "()`", `javascript:` + canary + `()`, ` javascript:` + canary + `()//https://`, `data:text/html,<script>` + canary + `()</script>`,
	`<iframe srcdoc="<script>` + canary + `()</script>">`, `<a href="javascript:` + canary + `()">x</a>`, `</script><script>` + canary + `()`,
	`<meta http-equiv=refresh content="0;url=javascript:` + canary + `()">`, `<form action="https://evil.example.com/` + canary + `"><input name=x>`, `<base href="https://evil.example.com/` + canary + `/">`,
	"+ADw-script+AD4-" + canary + "()+ADw-/script+AD4-", "\xff\"><script>" + canary + "()</script>", "\x00<script\x00>" + canary + "()</script>", "%3Cscript%3E" + canary + "()%3C/script%3E",
	`{{constructor.constructor("` + canary + `()")()}}`, "x\r\nX-Canary: " + canary + "\r\n\r\n<script>" + canary + "()</script>", `&lt;script&gt;` + canary + `()&lt;/script&gt;`, `//evil.example.com/` + canary,
}

// findActive is what the browser's own parser finds of the canary in places that run
// or load something.
const findActive = `const isStrange = (value) => {
	const url = new URL(value, "https://shop.example.com/");
	return !/^(https?|mailto):$/.test(url.protocol) || url.hostname === "evil.example.com";
};
return pages.flatMap(([what, html]) => {
	const found = [], doc = new DOMParser().parseFromString(html, "text/html");
	for (const e of doc.querySelectorAll("*")) {
		if (/^(script|style|iframe|object|embed|base|svg|meta|link)$/i.test(e.localName) && e.outerHTML.includes("` + canary + `") && !(e.localName === "meta" && e.name === "description") && !(e.localName === "link" && e.rel === "alternate"))
			found.push(e.outerHTML);
		for (const a of e.attributes)
			if (/^on/i.test(a.name) || a.name.includes("` + canary + `") || a.name === "srcdoc" || (/^(href|src|action|formaction|data)$/.test(a.name) && isStrange(a.value)))
				found.push(e.outerHTML.slice(0, 300));
	}
	return found.map(f => what + ": " + f);
})`

// judged is a page that is guilty, to see that the judge is awake.
const judged = "a page with a handler"

// No text of a stranger becomes markup, a header or an error of ours, whichever door
// it comes in by. The judge is a browser's own parser.
func TestStrangersTextStaysText(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly, with("TRUSTED_PROXIES", "127.0.0.1/32"))
	b := openBrowser(t)
	v := newVisitor(t)
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	hosted := s.begin("agent-playbook", fileForm())
	v.get(s.payAndLeave(hosted), http.StatusSeeOther) // makes the visitor the buyer
	v.post(s.ShopURL()+"/portal/enter", url.Values{"token": {s.signInToken(buyer)}}, http.StatusSeeOther)
	token := formToken.FindStringSubmatch(v.get(s.ShopURL()+"/portal", http.StatusOK))
	if token == nil {
		t.Fatal("the buyer is not signed in")
	}
	pages := [][2]string{{judged, `<p title="` + canary + `"><b onfocus="` + canary + `()">x</b>`}}
	for _, door := range doors(s.session(hosted).Metadata["order_id"], token[1]) {
		for _, attack := range attacksInPages {
			if page, told := knock(t, v, s.ShopURL(), door, attack); told {
				pages = append(pages, [2]string{fmt.Sprintf("%s with %q", door, attack), page})
			}
		}
	}
	if len(pages) < 50 {
		t.Errorf("only %d answers show what was sent: the forms should come back with their values", len(pages))
	}
	caught := false
	for batch := range slices.Chunk(pages, 200) {
		encoded, err := json.Marshal(batch)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range ask(b, chromedp.Evaluate[[]string]("(pages => {"+findActive+"})("+string(encoded)+")")) {
			if strings.HasPrefix(found, judged) {
				caught = true
			} else {
				t.Error(found)
			}
		}
	}
	if !caught {
		t.Error("the judge saw nothing in a page with a handler")
	}
	if html := s.page("/", http.StatusOK); !strings.Contains(html, "/products/agent-playbook") {
		t.Error("the shop does not sell any more")
	}
}

// knock sends an attack through a door, and returns the page if it shows it.
func knock(t *testing.T, v *visitor, shop string, d door, attack string) (page string, told bool) {
	t.Helper()
	var took time.Duration
	for range 2 { // whoever is slow twice is slow; once, it may be the machine
		req := d.request(t, shop, attack)
		if req == nil {
			return "", false
		}
		req.Header.Set("X-Forwarded-For", nextClient())
		began := time.Now()
		resp, err := v.client.Do(req)
		if err != nil {
			t.Errorf("%s with %q: %v", d, attack, err)
			return "", false
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%s with %q was answered %d (%v)", d, attack, resp.StatusCode, err)
		}
		for name, values := range resp.Header {
			if name == "X-Canary" || (name != "Location" && strings.Contains(strings.Join(values, " "), canary)) {
				t.Errorf("%s with %q: the header %s is %q", d, attack, name, values)
			}
		}
		if to := resp.Header.Get("Location"); strings.Contains(to, "evil") || strings.HasPrefix(to, "//") {
			t.Errorf("%s with %q leads to %s", d, attack, to)
		}
		if took = time.Since(began); took < time.Second {
			html := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
			return string(body), html && strings.Contains(string(body), canary)
		}
	}
	t.Errorf("%s with %q took %s", d, attack, took)
	return "", false
}

// Ten megabytes are refused by their size alone, at every door, as soon as it is known,
// and bring nothing down. What nobody reads needs no refusal.
func TestHugeBodiesAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly, with("TRUSTED_PROXIES", "127.0.0.1/32"))
	const size = 10 << 20
	for _, path := range []string{
		"/checkout", "/api/checkout", "/contact", "/portal/login", "/portal/enter", "/portal/logout", "/portal/orders/x/resend", "/orders/x/resend", "/orders/x/email",
		"/orders/x/goods/x", "/download", "/download/renew", "/webhooks/stripe", "/webhooks/resend",
	} {
		for _, announced := range []bool{true, false} {
			v := newVisitor(t)
			v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.ShopURL()+path, io.LimitReader(endless{}, size))
			if err != nil {
				t.Fatal(err)
			}
			if announced {
				req.ContentLength = size
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("X-Forwarded-For", nextClient())
			began := time.Now()
			resp, err := v.client.Do(req)
			if err != nil {
				t.Errorf("%s, announced: %t: %v", path, announced, err)
				continue
			}
			resp.Body.Close()
			if resp.StatusCode >= http.StatusInternalServerError || (announced && resp.StatusCode != http.StatusRequestEntityTooLarge) {
				t.Errorf("%s, announced: %t: answered %d", path, announced, resp.StatusCode)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("%s, announced: %t: took %s", path, announced, took)
			}
		}
	}
	s.page("/", http.StatusOK)
}

// endless is a body of one letter.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

var clients atomic.Uint32

// nextClient is the address of somebody who has not asked before, as the proxy tells.
func nextClient() string {
	n := clients.Add(1)
	return fmt.Sprintf("198.18.%d.%d", n>>8&0xff, n&0xff)
}
