package page

import (
	"io"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

func orderPage(t *testing.T, p Order) *goquery.Document {
	t.Helper()
	r := renderer(t)
	return document(t, func(w io.Writer) error { return r.Order(w, english, p) })
}

// TestOrderSpeaksOfItsState: each state has a headline and a text of its own, and
// none of them asks for money.
func TestOrderSpeaksOfItsState(t *testing.T) {
	t.Parallel()
	says := map[string]string{
		"awaiting_payment": "do not pay again",
		"paid":             "about to start",
		"working":          "You may close this page",
		"ready":            "take it right here",
		"sent":             "on its way to b•••@example.com",
		"delivered":        "has taken it",
		"awaiting_proof":   "will write to b•••@example.com",
		"held":             "do not pay again",
		"failed":           "do not pay again",
		"undeliverable":    "came back",
		"refunded":         "was refunded",
		"expired":          "Nothing was charged",
	}
	seen := map[string]string{}
	for state, want := range says {
		doc := orderPage(t, Order{ID: "x", State: state, Kind: "audit", Product: "Audit", Target: "shop.example.com", Email: "b•••@example.com"})
		headline := doc.Find("h1").Text()
		if other, ok := seen[headline]; ok || headline == "Your order" {
			t.Errorf("%s: headline %q is also that of %q", state, headline, other)
		}
		seen[headline] = state
		if got := doc.Find(".lead").Text(); !strings.Contains(got, want) {
			t.Errorf("%s: text = %q, want %q in it", state, got, want)
		}
		if title := doc.Find("title").Text(); !strings.HasPrefix(title, headline+" · ") {
			t.Errorf("%s: title = %q", state, title)
		}
		if doc.Find(`main a[href*="product"], main form`).Length() != 0 {
			t.Errorf("%s: the page leads to another purchase", state)
		}
	}
	unpaid := orderPage(t, Order{ID: "x", State: "failed", Unpaid: true}).Find("h1").Text()
	if seen[unpaid] != "" {
		t.Error("a failed payment reads like failed work")
	}
}

func TestOrderSpeaksGerman(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	doc := document(t, func(w io.Writer) error { return r.Order(w, german, sampleOrder("sent")) })
	var facts []string
	doc.Find(".slip dl > div").Each(func(_ int, s *goquery.Selection) {
		if text := strings.Join(strings.Fields(s.Text()), " "); !strings.Contains(text, "script") {
			facts = append(facts, text)
		}
	})
	want := []string{
		"Betrag199 $", "Bestellt24. November 2026, 12:00 UTC", "Quittungverschickt am 24. November 2026, 12:00 UTC Quittung öffnen",
		"Bestellnummer2d6f8prsbtyd5w921gxdn6ywbz",
	}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if got := doc.Find("#live").AttrOr("data-events", ""); got != "/orders/2d6f8prsbtyd5w921gxdn6ywbz/events?lang=de" {
		t.Errorf("events come from %q: they must be in the page's language", got)
	}
}

// TestOrderRests: the page stops changing by itself when nothing more will come, and
// while somebody types an address into it.
func TestOrderRests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		order         Order
		final, paused bool
	}{
		"under way":       {order: Order{ID: "x", State: "sent", MayCorrect: true}},
		"final":           {order: Order{ID: "x", State: "delivered", Final: true}, final: true, paused: true},
		"being corrected": {order: Order{ID: "x", State: "sent", MayCorrect: true, Correction: &Correction{}}, paused: true},
		"may not correct": {order: Order{ID: "x", State: "sent", Correction: &Correction{}}},
	} {
		doc := orderPage(t, test.order)
		if got := doc.Find("head noscript").Length() == 0; got != test.paused {
			t.Errorf("%s: page without refresh = %v", name, got)
		}
		live := doc.Find("#live")
		if _, got := live.Attr("data-final"); got != test.final {
			t.Errorf("%s: data-final = %v", name, got)
		}
		if _, got := live.Attr("data-paused"); got != test.paused {
			t.Errorf("%s: data-paused = %v", name, got)
		}
	}
}

func TestOrderFragmentIsTheLivePart(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, state := range states12() {
		o := sampleOrder(state)
		o.Notice = "resent"
		fragment := document(t, func(w io.Writer) error { return r.OrderFragment(w, english, o) })
		if fragment.Find("header, footer, script, .notice").Length() != 0 || fragment.Find("#live").AttrOr("data-state", "") != state {
			t.Errorf("%s: the fragment is more or less than the live part", state)
		}
	}
}

func TestOrderShowsWayProgressAndGrade(t *testing.T) {
	t.Parallel()
	doc := orderPage(t, sampleOrder("working"))
	var way []string
	doc.Find(".way li").Each(func(_ int, s *goquery.Selection) {
		way = append(way, strings.Join(strings.Fields(s.Find(".stop-name").Text()), " ")+" "+s.Find("time").AttrOr("datetime", "-"))
	})
	want := []string{"Payment (done) 2026-11-24T12:00:00Z", "Security audit (now) -", "Email sent (not yet) -", "Delivered (stopped) -"}
	if diff := cmp.Diff(want, way); diff != "" {
		t.Errorf("way (-want +got):\n%s", diff)
	}
	if got := doc.Find(`.way li[aria-current="step"]`).Length(); got != 1 {
		t.Errorf("%d current steps", got)
	}
	bar := doc.Find("progress")
	if bar.AttrOr("value", "") != "3" || bar.AttrOr("max", "") != "14" || doc.Find(`label[for="progress"]`).Text() != hostile {
		t.Error("the progress bar does not tell how far the work is")
	}
	if got := doc.Find(".grade svg").AttrOr("aria-label", ""); got != "Grade C, 64 of 100 points" {
		t.Errorf("grade = %q", got)
	}
	if got := doc.Find(".ring-arc").AttrOr("stroke-dasharray", ""); got != "64 100" {
		t.Errorf("ring = %q", got)
	}
}

func TestOrderNamesTheCheck(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for check, want := range map[string]string{"cors": "Fremde Websites können Antworten an Ihre Besucher nicht lesen", "check-of-tomorrow": "A new check"} {
		doc := document(t, func(w io.Writer) error {
			return r.Order(w, german, Order{State: "working", Progress: &Progress{Check: check, Title: "A new check", Total: 3}})
		})
		if got := doc.Find("label[for=progress]").Text(); got != want {
			t.Errorf("%s: %q, want %q", check, got, want)
		}
	}
}

func TestOrderOffersWhatMayBeDone(t *testing.T) {
	t.Parallel()
	o := Order{ID: "x", State: "sent", Goods: []Good{good(), {Name: "a.zip", ActionURL: "/zip"}}, Licenses: []License{{Key: "AAA"}, {Key: "BBB"}}, ReceiptURL: "https://pay.example.com/r"}
	none := orderPage(t, o)
	if none.Find(`form[action$="/resend"], form[action$="/email"], a[href*="correct"]`).Length() != 0 {
		t.Error("the page offers what may not be done")
	}
	o.MayResend, o.MayCorrect = true, true
	doc := orderPage(t, o)
	for _, selector := range []string{
		`form[action="/orders/x/resend"] button`, `a[href="/orders/x?correct#correct"]`, `.facts a[href="https://pay.example.com/r"]`,
		`.goods form[action="/orders/x/goods/y"] input[name=token]`, `.licenses [data-copy="Copy"][data-copied="Copied"]:contains(BBB)`,
	} {
		if doc.Find(selector).Length() != 1 {
			t.Errorf("no %s", selector)
		}
	}
	if got := doc.Find("#good-0").Text() + ", " + doc.Find("#good-1").Text(); got != "Open the PDF, Download" {
		t.Errorf("buttons: %s", got)
	}
	if doc.Find(`form[action$="/email"]`).Length() != 0 {
		t.Error("the form for another address is open though nobody asked")
	}
}

func TestOrderTakesAnotherAddress(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Order{
		"asked":         {ID: "x", State: "sent", MayCorrect: true, Correction: &Correction{Value: "ada@", Error: "form.email"}},
		"undeliverable": {ID: "x", State: "undeliverable", MayCorrect: true, Correction: &Correction{Value: "ada@", Error: "form.email"}},
	} {
		form := orderPage(t, o).Find(`#correct form[action="/orders/x/email"]`)
		if got := form.Find("input[name=email][type=email][required]").AttrOr("value", ""); got != "ada@" {
			t.Errorf("%s: value = %q", name, got)
		}
		if !strings.HasPrefix(form.Find("#error-email").Text(), "This is not an email address.") {
			t.Errorf("%s: the form does not say what is wrong", name)
		}
	}
	if orderPage(t, Order{ID: "x", State: "undeliverable", MayCorrect: true}).Find("#correct form").Length() != 1 {
		t.Error("mail came back, and the page does not ask for another address")
	}
}

// TestOrderLeadsBackToPayment only while its payment page is open.
func TestOrderLeadsBackToPayment(t *testing.T) {
	t.Parallel()
	open := orderPage(t, Order{ID: "x", State: "awaiting_payment", PayURL: "https://pay.example.com/s"})
	if open.Find(`main a.button[href="https://pay.example.com/s"]`).Length() != 1 || !strings.Contains(open.Find(".lead").Text(), "still open") {
		t.Error("there is no way back to the payment page")
	}
	if orderPage(t, Order{ID: "x", State: "awaiting_payment"}).Find("main a.button").Length() != 0 {
		t.Error("a payment that is on its way is asked for again")
	}
}

func TestOrderAsksForProof(t *testing.T) {
	t.Parallel()
	doc := orderPage(t, Order{ID: "x", State: "awaiting_proof", Target: "shop.example.com", Proof: &Proof{
		Host: "shop.example.com", Domain: "example.com", Token: "tok" + hostile, ActionURL: "/orders/x/proof", Hidden: []Hidden{{"n", "v"}}, Detail: "Not found at noon.",
	}})
	text := doc.Find(".proof").Text()
	for _, want := range []string{
		"_doorstep-challenge.example.com", "https://shop.example.com/.well-known/doorstep-verification.txt", "tok" + hostile,
		`<meta name="doorstep-verification" content="tok` + hostile + `">`, "Not found at noon.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the proof does not say %q", want)
		}
	}
	if doc.Find(`.proof form[method=post][action="/orders/x/proof"] input[name=n]`).Length() != 1 {
		t.Error("there is no button that looks at once")
	}
}
