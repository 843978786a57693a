package page

import (
	"io"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func productPage(t *testing.T, v View, f Form) *goquery.Document {
	t.Helper()
	r := renderer(t)
	return document(t, func(w io.Writer) error { return r.Product(w, v, Product{Card: card(), Form: f}) })
}

func TestRefusedFormKeepsValuesAndTellsAtEachField(t *testing.T) {
	t.Parallel()
	doc := productPage(t, english, refusedForm("Bad "+hostile))
	input := doc.Find("input[name=target_url]")
	if got := input.AttrOr("value", ""); got != hostile {
		t.Errorf("value = %q", got)
	}
	if input.AttrOr("aria-invalid", "") != "true" || !strings.HasPrefix(input.AttrOr("aria-describedby", ""), "error-target_url ") {
		t.Error("the field is not marked as invalid")
	}
	if got := doc.Find("#error-target_url").Text(); got != "Bad "+hostile {
		t.Errorf("error text = %q", got)
	}
	if doc.Find("input[name=form_token]").AttrOr("value", "") != hostile || doc.Find("input[name=product]").AttrOr("value", "") != "audit" {
		t.Error("the form has lost its token or product")
	}
	if good := doc.Find("input[name=customer_email]"); good.AttrOr("aria-invalid", "false") == "true" {
		t.Error("a good field is marked as invalid")
	}
	summary := doc.Find("#errors[autofocus]")
	if got := summary.Find(`a[href="#f-target_url"]`).Text(); got != "Address of the site" {
		t.Errorf("the summary leads to %q", got)
	}
	if summary.Find("a").Length() != 1 || strings.Contains(summary.Text(), "Bad") {
		t.Error("the summary says it all again")
	}
	if title := doc.Find("title").Text(); !strings.HasPrefix(title, "Please correct: ") {
		t.Errorf("title = %q", title)
	}
}

func TestErrorsAreTexts(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"target.scheme":  "Die Adresse muss mit https:// oder http:// beginnen.",
		"form.too_long":  "Bitte kürzen Sie dies auf höchstens 500 Zeichen.",
		"As it came in.": "As it came in.",
	} {
		if got := productPage(t, german, refusedForm(reason)).Find("#error-target_url").Text(); got != want {
			t.Errorf("%s: %q, want %q", reason, got, want)
		}
	}
}

func TestDoubtedFormAsksForConfirmation(t *testing.T) {
	t.Parallel()
	doc := productPage(t, english, doubtedForm("warn.typo"))
	if got := doc.Find("#warning-customer_email").Text(); got != "Did you mean gmail.com?" {
		t.Errorf("warning = %q", got)
	}
	if doc.Find(`#warnings[autofocus] a[href="#f-customer_email"]`).Length() != 1 {
		t.Error("nothing leads to the doubted field")
	}
	box := doc.Find("input[type=checkbox]")
	if box.AttrOr("name", "") != Confirm || box.AttrOr("value", "") != "yes" {
		t.Errorf("the box is %q", box.AttrOr("name", ""))
	}
	if _, must := box.Attr("required"); must {
		t.Error("who corrects the address must confirm it too")
	}
	if doc.Find("[aria-invalid]").Length() != 0 {
		t.Error("a doubted value is marked as invalid")
	}
	if productPage(t, english, Form{Fields: orderFields()}).Find("input[type=checkbox]").Length() != 0 {
		t.Error("a fresh form asks for a confirmation")
	}
}

// TestTrap: people cannot get into the field, by eye, keyboard or screen reader, and
// a program sees an ordinary one.
func TestTrap(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for name, doc := range map[string]*goquery.Document{
		"order":   productPage(t, english, Form{Fields: orderFields()}),
		"contact": document(t, func(w io.Writer) error { return r.Contact(w, english, Contact{Form: Form{Fields: contactFields()}}) }),
	} {
		trap := doc.Find("form input[name=" + Trap + "]")
		if trap.AttrOr("type", "") != "text" || trap.AttrOr("tabindex", "") != "-1" || trap.AttrOr("autocomplete", "") != "off" {
			t.Errorf("%s: the trap is not there, or people fall into it", name)
		}
		if trap.Closest(`.hidden[aria-hidden="true"]`).Length() != 1 {
			t.Errorf("%s: the trap is not hidden", name)
		}
	}
}

// TestFieldsCheckInTheBrowser: what HTML can refuse need not come to us.
func TestFieldsCheckInTheBrowser(t *testing.T) {
	t.Parallel()
	doc := productPage(t, english, Form{Fields: append(orderFields(), Field{Name: "seats", Pattern: "[0-9]+"})})
	for _, selector := range []string{
		"#f-target_url[type=url][required][maxlength='500'][autocomplete=url][placeholder]", "#f-customer_email[type=email][required][autocomplete=email]",
		"#f-seats[type=text][pattern='[0-9]+']:not([required])", "#f-contact_name:not([required])",
	} {
		if doc.Find(selector).Length() != 1 {
			t.Errorf("no %s", selector)
		}
	}
	if got := doc.Find("label[for=f-contact_name] .optional").Text(); got != "optional" {
		t.Errorf("an optional field says %q", got)
	}
	r := renderer(t)
	contact := document(t, func(w io.Writer) error { return r.Contact(w, english, Contact{Form: Form{Fields: contactFields()}}) })
	if got := contact.Find("textarea[name=message][required][maxlength='5000']").Text(); got != hostile {
		t.Errorf("message = %q", got)
	}
}
