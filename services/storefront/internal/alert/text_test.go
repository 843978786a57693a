package alert

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/notify"
	"doorstep.example/services/storefront/internal/store"
)

func example() mailapi.Alert {
	return mailapi.Alert{
		OrderID: "01jd4w8zq5r7t9v2x4y6a8c0e2", Product: "Automated Security Audit", Customer: "Ada <ada@example.com>", SessionID: "cs_live_a1B2", Target: "https://example.com/",
		Station: "produce", State: store.AlertNeedsPerson, Reason: "The engine could not reach the site.", Tried: "Attempt 12 of 12.", ToDo: "Write to the customer.",
		Artefact: "audit.pdf, on https://shop.example.com/orders/01jd4w8zq5r7t9v2x4y6a8c0e2", ConsoleURL: "https://ops.example.com/orders/01jd4w8zq5r7t9v2x4y6a8c0e2",
		OrderURL: "https://shop.example.com/orders/01jd4w8zq5r7t9v2x4y6a8c0e2", At: time.Date(2026, 11, 22, 4, 21, 0, 0, time.UTC),
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	title, body := Text(example())
	if want := "A person must act: production, order 01jd4w8zq5r7t9v2x4y6a8c0e2"; title != want {
		t.Errorf("title = %q", title)
	}
	want := `What failed: The engine could not reach the site.
What to do: Write to the customer.
Tried: Attempt 12 of 12.
Console: https://ops.example.com/orders/01jd4w8zq5r7t9v2x4y6a8c0e2
Customer: Ada ‹ada@example.com›
Product: Automated Security Audit
Target: https[:]//example[.]com/
Session: cs_live_a1B2
Artefact: audit[.]pdf, on the order page
Order page: https://shop.example.com/orders/01jd4w8zq5r7t9v2x4y6a8c0e2
Time: 22 November 2026, 04:21 UTC`
	if body != want {
		t.Errorf("body:\n%s", body)
	}
}

func TestTextIsShortAndHarmlessWhateverIsInIt(t *testing.T) {
	t.Parallel()
	a := example()
	hostile := strings.Repeat("<!channel> @everyone [x](https://evil.example/) \u202e\n", 100)
	a.Reason, a.Customer, a.Product, a.Target, a.Tried, a.Artefact = hostile, hostile, hostile, hostile, hostile, hostile
	a.OrderURL, a.ConsoleURL = a.OrderURL+strings.Repeat("x", 100), a.ConsoleURL+strings.Repeat("x", 100)
	title, body := Text(a)
	if n := utf8.RuneCountInString(title + "\n" + body); n > notify.MaxText || n < notify.MaxText-100 {
		t.Errorf("%d characters", n)
	}
	rest := strings.NewReplacer(a.OrderURL, "", a.ConsoleURL, "").Replace(body)
	for _, bad := range []string{"<", "@", "](", "://", "evil.example", "\u202e"} {
		if strings.Contains(title+rest, bad) {
			t.Errorf("%q got through:\n%s", bad, body)
		}
	}
	if lines := strings.Count(body, "\n") + 1; lines != 11 {
		t.Errorf("%d lines, want 11", lines)
	}
	if !strings.Contains(body, a.OrderURL+"\n") || !strings.Contains(body, a.ConsoleURL+"\n") || !strings.Contains(body, "What to do: Write to the customer.") {
		t.Errorf("a link or what to do is cut:\n%s", body)
	}
}

func TestTextOfDigestHasNoOrder(t *testing.T) {
	t.Parallel()
	a := example()
	a.OrderID, a.OrderURL, a.Artefact, a.SessionID, a.State = "", "", "", "", store.AlertResolved
	title, body := Text(a)
	if title != "Resolved: production" || strings.Contains(body, "Artefact") || !strings.HasPrefix(body, "What happened: ") {
		t.Errorf("%s\n%s", title, body)
	}
}
