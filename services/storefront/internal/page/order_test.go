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
	return document(t, func(w io.Writer) error { return r.Order(w, p) })
}

// TestOrderSpeaksOfItsState: each state has a headline and a text of its own, and
// none of them asks for money.
func TestOrderSpeaksOfItsState(t *testing.T) {
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
}

func TestOrderStopsAskingWhenFinal(t *testing.T) {
	for _, final := range []bool{false, true} {
		doc := orderPage(t, Order{ID: "x", State: "delivered", Final: final})
		if got := doc.Find("head noscript").Length() == 0; got != final {
			t.Errorf("final %v: page without refresh = %v", final, got)
		}
		if _, got := doc.Find("#live").Attr("data-final"); got != final {
			t.Errorf("final %v: data-final = %v", final, got)
		}
		if got := doc.Find("#live").AttrOr("data-events", ""); got != "/orders/x/events" {
			t.Errorf("data-events = %q", got)
		}
	}
}

func TestOrderShowsWayProgressAndGrade(t *testing.T) {
	doc := orderPage(t, sampleOrder("working"))
	var way []string
	doc.Find(".way li").Each(func(_ int, s *goquery.Selection) {
		way = append(way, strings.Join(strings.Fields(s.Find(".stop-name").Text()), " ")+" "+s.Find("time").AttrOr("datetime", "-"))
	})
	want := []string{"Payment (done) 2026-11-24T12:00:00Z", "Audit (now) -", "Mail (not yet) -"}
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

func TestOrderAsksForProof(t *testing.T) {
	doc := orderPage(t, Order{ID: "x", State: "awaiting_proof", Target: "shop.example.com", Proof: &Proof{
		Host: "shop.example.com", Domain: "example.com", Token: "tok" + hostile, ActionURL: "/orders/x/proof", Hidden: []Hidden{{"n", "v"}}, Detail: "Not found at noon.",
	}})
	text := doc.Find(".proof").Text()
	for _, want := range []string{"_doorstep-challenge.example.com", "https://shop.example.com/.well-known/doorstep-verification.txt", "tok" + hostile, "Not found at noon."} {
		if !strings.Contains(text, want) {
			t.Errorf("the proof does not say %q", want)
		}
	}
	if doc.Find(`.proof form[method=post][action="/orders/x/proof"] input[name=n]`).Length() != 1 {
		t.Error("there is no button that looks at once")
	}
}
