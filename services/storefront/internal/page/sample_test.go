package page

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/storefront/internal/screen"
)

const hostile = `"><script>alert(1)</script>'{{.}}`

var (
	noon    = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	english = View{Lang: "en", Path: "/x"}
	german  = View{Lang: "de", Path: "/x"}
)

// shop is a seller whose every text may come from a stranger.
func shop() Shop {
	return Shop{
		Name: "Shop " + hostile, Tagline: hostile, Color: "#0f766e", URL: "https://shop.example.com", Support: "help@example.com",
		Address: hostile, Legal: []Link{{hostile, "https://example.com/terms"}}, Sandbox: true,
	}
}

func renderer(t *testing.T) *Renderer {
	t.Helper()
	r, err := New(shop())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// write renders one page.
type write func(io.Writer) error

func render(t *testing.T, page write) string {
	t.Helper()
	var b bytes.Buffer
	if err := page(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// document renders a page and parses it.
func document(t *testing.T, page write) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(bytes.NewBufferString(render(t, page)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func card() Card {
	return Card{
		ID: "audit", Name: "Audit " + hostile, Tagline: hostile, Amount: 19900, Currency: "usd", Includes: []string{hostile},
		Promise: 15 * time.Minute, Median: 40 * time.Second, Kind: "audit", Href: "/products/audit",
	}
}

func orderFields() []Field {
	return []Field{
		{Name: "target_url", Type: "url", Required: true, MaxLength: 500, Autocomplete: "url"},
		{Name: "target_name", MaxLength: 120},
		{Name: "customer_email", Type: "email", Required: true, MaxLength: 254, Autocomplete: "email"},
		{Name: "contact_name", MaxLength: 120},
		{Name: "serial_number"}, // of a kind of product that the texts do not know
	}
}

func contactFields() []Field {
	return []Field{
		{Name: "name", Required: true},
		{Name: "email", Type: "email", Required: true},
		{Name: "company"},
		{Name: "message", Type: "textarea", Required: true, MaxLength: 5000, Value: hostile},
	}
}

// refusedForm says at its first field what is wrong.
func refusedForm(reason string) Form {
	form := Form{Token: hostile, Fields: orderFields()}
	form.Fields[0].Value, form.Fields[0].Error = hostile, reason
	return form
}

// doubtedForm asks again about the address.
func doubtedForm(warning string) Form {
	form := Form{Token: hostile, Fields: orderFields()}
	form.Fields[2].Value, form.Fields[2].Warning, form.Fields[2].Suggestion = "ada@gmial.com", warning, "gmail.com"
	return form
}

func good() Good {
	return Good{Name: hostile, ContentType: "application/pdf", Size: 212_000, ActionURL: "/orders/x/goods/y", Hidden: []Hidden{{"token", hostile}}}
}

func sampleOrder(state string) Order {
	return Order{
		ID: "2d6f8prsbtyd5w921gxdn6ywbz", State: state, Final: state == "sent", Kind: "audit", Product: hostile, Amount: 19900, Currency: "usd",
		Target: hostile, Email: hostile, CreatedAt: noon, Note: hostile, ReceiptAt: noon, ReceiptURL: "https://pay.example.com/receipt",
		Stations: []Station{{Key: "payment", State: Done, At: noon, Detail: hostile}, {Key: "audit", State: Active}, {Key: "mail", State: Waiting}, {Key: "delivered", State: Failed}},
		Progress: &Progress{Title: hostile, Done: 3, Total: 14}, Goods: []Good{good(), {Name: "a.zip", ActionURL: "/b"}},
		Licenses: []License{{Key: hostile, Product: hostile}}, Grade: &Grade{Letter: "C", Score: 64, High: 2}, MayResend: true, MayCorrect: true,
	}
}

func purchase(state string) Purchase {
	return Purchase{
		ID: "2d6f8prsbtyd5w921gxdn6ywbz", State: state, Product: hostile, Target: hostile, Amount: 2950, Currency: "eur", CreatedAt: noon,
		ReceiptURL: "https://pay.example.com/receipt", Goods: []Good{good(), good()}, Licenses: []License{{Key: "K"}, {Key: "L"}},
		ResendURL: "/orders/x/resend", Hidden: []Hidden{{"token", hostile}},
	}
}

func states12() []string {
	return []string{"awaiting_payment", "paid", "working", "ready", "sent", "delivered", "awaiting_proof", "held", "failed", "undeliverable", "refunded", "expired"}
}

// formErrors are the reasons that the packages behind the forms give.
func formErrors() []string {
	keys := []string{
		"form.required", "form.too_long", "form.damaged", "form.one_line", "form.email", "form.email_plain", "form.email_unknown",
		"form.busy", "form.too_many", "form.broken", "form.refused", hostile,
	}
	for _, key := range screen.TargetKeys() {
		keys = append(keys, string(key))
	}
	return keys
}

// refusals are the codes with which the audit-engine refuses a target for good.
func refusals() []string {
	return []string{
		auditapi.CodeScheme, auditapi.CodePort, auditapi.CodeCredentials, auditapi.CodeHostSyntax, auditapi.CodeZone, auditapi.CodeNotPublicName,
		auditapi.CodeDNSFailed, auditapi.CodeForbiddenAddress, auditapi.CodeRedirectForbidden, auditapi.CodeRedirectLoop,
		auditapi.CodeTooManyRedirects, auditapi.CodeUnreachable,
	}
}

// every is each page in each of its states, with hostile texts wherever a text may
// come from a stranger.
func every(r *Renderer, v View) map[string]write {
	pages := map[string]write{}
	shopPages(r, v, pages)
	orderPages(r, v, pages)
	portalPages(r, v, pages)
	for _, state := range []DownloadState{LinkOpen, LinkExpired, LinkUsedUp, LinkRevoked, LinkRefunded, LinkRenewed} {
		for _, action := range []string{"", "/download/renew"} {
			pages["download "+string(state)+action] = func(w io.Writer) error {
				return r.Download(w, v, Download{
					State: state, Product: hostile, File: hostile, Size: 3 << 20, Left: 2, Until: noon, Action: action,
					Hidden: []Hidden{{"token", hostile}}, OrderURL: "/orders/x",
				})
			}
		}
	}
	return pages
}

func shopPages(r *Renderer, v View, pages map[string]write) {
	product := func(p Product) write { return func(w io.Writer) error { return r.Product(w, v, p) } }
	message := func(m Message) write { return func(w io.Writer) error { return r.Message(w, v, m) } }
	pages["catalogue"] = func(w io.Writer) error { return r.Catalogue(w, v, Catalogue{Products: []Card{card(), card()}}) }
	pages["catalogue empty"] = func(w io.Writer) error { return r.Catalogue(w, v, Catalogue{}) }
	pages["product"] = product(Product{
		Card: card(), SampleURL: "/samples/audit.pdf", Description: []string{hostile}, Questions: []Question{{hostile, hostile}}, Form: Form{Fields: orderFields()},
	})
	for _, reason := range formErrors() {
		pages["product refused "+reason] = product(Product{Card: card(), Form: refusedForm(reason)})
	}
	for _, key := range screen.WarningKeys() {
		pages["product doubted "+string(key)] = product(Product{Card: card(), Form: doubtedForm(string(key))})
	}
	pages["product unavailable"] = product(Product{Card: card(), Form: Form{Fields: orderFields(), Error: "form.busy"}})
	for _, status := range []int{400, 401, 403, 404, 405, 409, 410, 413, 418, 422, 429, 500, 502, 503} {
		pages[fmt.Sprint("message ", status)] = message(Message{Status: status, Links: []Link{{hostile, "/"}, {"message.home", "/"}}})
	}
	for _, key := range []string{"no_payment", "unknown_order", "unknown_product"} {
		pages["message "+key] = message(Message{Status: 404, Key: key, RetryAfter: time.Minute})
	}
	for name, p := range map[string]Verify{
		"genuine": {ReportID: hostile, Genuine: true, Issued: noon, Target: hostile, Product: hostile, SHA256: "ab"},
		"revoked": {ReportID: hostile, Genuine: true, Revoked: true},
		"unknown": {ReportID: hostile},
	} {
		pages["verify "+name] = func(w io.Writer) error { return r.Verify(w, v, p) }
	}
	for name, p := range map[string]Contact{
		"form":    {Form: Form{Fields: contactFields()}},
		"refused": {Form: Form{Fields: []Field{{Name: "email", Error: "form.email"}}}},
		"sent":    {Sent: true},
	} {
		pages["contact "+name] = func(w io.Writer) error { return r.Contact(w, v, p) }
	}
}

func orderPages(r *Renderer, v View, pages map[string]write) {
	add := func(name string, o Order, change func(*Order)) {
		if change != nil {
			change(&o)
		}
		pages["order "+name] = func(w io.Writer) error { return r.Order(w, v, o) }
	}
	for _, state := range append(states12(), "a state of tomorrow") {
		add(state, sampleOrder(state), nil)
		add(state+" of a file", sampleOrder(state), func(o *Order) { o.Kind, o.Target, o.Grade, o.Email = "file", "", nil, "" })
		add(state+" bare", Order{ID: "x", State: state}, nil)
	}
	add("unpaid", sampleOrder("failed"), func(o *Order) { o.Unpaid = true })
	add("with a payment page", sampleOrder("awaiting_payment"), func(o *Order) { o.PayURL = "https://pay.example.com/" })
	add("with a proof", sampleOrder("awaiting_proof"), func(o *Order) {
		o.Stations = []Station{{Key: "proof", State: Active}, {Key: "work", State: Waiting}}
		o.Proof = &Proof{Host: hostile, Domain: hostile, Token: hostile, ActionURL: "/orders/x/proof", Hidden: []Hidden{{"a", hostile}}, Detail: hostile}
	})
	add("being corrected", sampleOrder("sent"), func(o *Order) { o.Correction = &Correction{Value: hostile, Error: "form.email"} })
	add("with two licences", sampleOrder("sent"), func(o *Order) { o.Licenses = append(o.Licenses, License{Key: "L"}) })
	for _, code := range refusals() {
		add("refused "+code, sampleOrder("failed"), func(o *Order) { o.Note = "refusal." + code })
	}
	for _, notice := range []string{"resent", "corrected", "proof_missing", "already"} {
		add("after "+notice, sampleOrder("sent"), func(o *Order) { o.Notice = notice })
	}
}

func portalPages(r *Renderer, v View, pages map[string]write) {
	for name, p := range map[string]Portal{
		"door": {Form: Form{Fields: []Field{{Name: "email", Type: "email", Required: true}}}, Notice: "signed_out"},
		"over": {Form: Form{Fields: []Field{{Name: "email", Type: "email", Error: "form.email"}}}, Notice: "timed_out"},
		"sent": {Sent: true},
	} {
		pages["portal "+name] = func(w io.Writer) error { return r.Portal(w, v, p) }
	}
	for _, state := range []EnterState{EnterOpen, EnterOver} {
		pages["enter "+string(state)] = func(w io.Writer) error { return r.Enter(w, v, Enter{State: state, Token: hostile}) }
	}
	pages["purchases none"] = func(w io.Writer) error { return r.Purchases(w, v, Purchases{Email: hostile}) }
	pages["purchases"] = func(w io.Writer) error {
		p := Purchases{Email: hostile, More: true, Notice: "resent", Hidden: []Hidden{{"token", hostile}}}
		for _, state := range states12() {
			p.List = append(p.List, purchase(state))
		}
		return r.Purchases(w, v, p)
	}
}
