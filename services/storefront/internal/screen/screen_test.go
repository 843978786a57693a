package screen

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func screener(t testing.TB) *Screener {
	t.Helper()
	s, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCaps(t *testing.T) {
	t.Parallel()
	s := screener(t)
	for field, form := range map[Field]func(string) Form{
		FieldEmail:      func(v string) Form { return Form{Email: v} },
		FieldName:       func(v string) Form { return Form{Name: v} },
		FieldCompany:    func(v string) Form { return Form{Company: v} },
		FieldMessage:    func(v string) Form { return Form{Message: v} },
		FieldTargetURL:  func(v string) Form { return Form{TargetURL: v} },
		FieldTargetName: func(v string) Form { return Form{TargetName: v} },
	} {
		most := map[Field]int{FieldEmail: 254, FieldMessage: 5000, FieldTargetURL: 2048}[field]
		if most == 0 {
			most = 120
		}
		for value, want := range map[string]Verdict{
			strings.Repeat("x", most):               {Kind: Legitimate},
			strings.Repeat("李", most):               {Kind: Legitimate},
			strings.Repeat("🦄", most):               {Kind: Legitimate},
			strings.Repeat("x", most+1):             verdict(Invalid, field, ruleTooLong),
			strings.Repeat("🦄", most+1):             verdict(Invalid, field, ruleTooLong),
			"<script>" + strings.Repeat("x", 1<<20): verdict(Invalid, field, ruleTooLong),
			"Ada \xff":                              verdict(Invalid, field, ruleEncoding),
			"\xed\xa0\x80":                          verdict(Invalid, field, ruleEncoding),
			"Ada\x00":                               verdict(Invalid, field, ruleNUL),
			"<script>\x00":                          verdict(Invalid, field, ruleNUL),
			"Ada \ufffd":                            {Kind: Legitimate},
		} {
			if diff := cmp.Diff(want, s.Judge(form(value))); diff != "" {
				t.Errorf("%s %.20q: %s", field, value, diff)
			}
		}
	}
}

// TestWholeForm judges forms with everything in them.
func TestWholeForm(t *testing.T) {
	t.Parallel()
	s := screener(t)
	good := Form{
		Email: "ada@acme.de", Name: "Ada O'Brien", Company: "Select Union & Söhne", Message: "Hello, is <script> found?",
		TargetURL: "https://shop.acme.de/?a=1", TargetName: "Acme; \"Shop\"",
	}
	if diff := cmp.Diff(Verdict{Kind: Legitimate}, s.Judge(good)); diff != "" {
		t.Error(diff)
	}
	bad := good
	bad.Company, bad.TargetURL, bad.Email = "' OR 1=1 --", "https://x/%00", "info@gmial.com"
	if diff := cmp.Diff(Verdict{Kind: Attack, Field: FieldCompany, Reason: "company: sql_injection"}, s.Judge(bad)); diff != "" {
		t.Error(diff)
	}
	bad.TargetName = "\xff"
	if diff := cmp.Diff(Verdict{Kind: Invalid, Field: FieldTargetName, Reason: "target_name: invalid_utf8"}, s.Judge(bad)); diff != "" {
		t.Error(diff)
	}
	for kind, want := range map[Kind]bool{Legitimate: false, Test: false, Spam: true, Attack: true, Invalid: true, "": true} {
		if got := (Verdict{Kind: kind}).Refused(); got != want {
			t.Errorf("%q is refused: %t", kind, got)
		}
	}
}

// FuzzScreen holds every verdict to what Verdict promises.
func FuzzScreen(f *testing.F) {
	f.Add("ada@gmial.com", "O'Brien", "Acme", "we found <script> on our page", "https://shop.example.com/", "Shop", "")
	f.Add("info@mailinator.com", "Robert'); DROP TABLE Students;--", "", "", "", "", "")
	f.Add("a@example.com", "test", "", "[url=http://a.example]x[/url] [url=http://b.example]y[/url]", "", "", "x")
	f.Add("@", "\xff", "\x00", "' OR 1=1 --", "https://example.com/%2500", "{{7*7}}", " ")
	f.Add("a@xn--", "%", "%3cscript", "https://a https://b https://c https://d https://e", "..%5c", "a\r\nBcc:", "")
	fields := []Field{FieldEmail, FieldName, FieldCompany, FieldMessage, FieldTargetURL, FieldTargetName, FieldHoneypot}
	rules := []rule{
		ruleTooLong, ruleEncoding, ruleNUL, ruleMarkup, ruleScriptURL, ruleSQL, ruleTemplate, ruleCommand, ruleHeader, ruleTraversal,
		ruleNULEscape, ruleHoneypot, ruleOnlyLinks, ruleReserved,
	}
	s := screener(f)
	f.Fuzz(func(t *testing.T, email, name, company, message, target, targetName, honeypot string) {
		form := Form{email, name, company, message, target, targetName, honeypot}
		got := s.Judge(form)
		if diff := cmp.Diff(got, s.Judge(form)); diff != "" {
			t.Fatalf("another verdict on the same form: %s", diff)
		}
		// The reason is made of known words alone, so it holds nothing of the input.
		field, r, _ := strings.Cut(got.Reason, ": ")
		if got.Kind == Legitimate {
			if got.Field != "" || got.Reason != "" {
				t.Errorf("%+v", got)
			}
		} else if field != string(got.Field) || !slices.Contains(fields, got.Field) || !slices.Contains(rules, rule(r)) {
			t.Errorf("%+v", got)
		}
		if got.Refused() && got.Warnings != nil {
			t.Errorf("warnings for a form that goes nowhere: %+v", got)
		}
		for _, w := range got.Warnings {
			if w.Field != FieldEmail || !slices.Contains(WarningKeys(), w.Key) || (w.Suggestion != "") != (w.Key == WarnTypo) {
				t.Errorf("%+v", w)
			}
			if strings.ContainsAny(w.Suggestion, "<>\"'& \r\n\x00") {
				t.Errorf("unclean suggestion %q", w.Suggestion)
			}
		}
	})
}
