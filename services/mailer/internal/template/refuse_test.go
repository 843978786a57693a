package template

import (
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"
)

// change returns a fixture's data with some of its fields changed.
func change(t *testing.T, name string, fields map[string]any) json.RawMessage {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var data map[string]any
	if err := json.Unmarshal(raw, &data); err != nil {
		t.Fatal(err)
	}
	maps.Copy(data, fields)
	if raw, err = json.Marshal(data); err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestEachRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		template, field string
		value           any
	}{
		"no promise":            {"receipt", "promise_seconds", 0},
		"a promise in the past": {"receipt", "promise_seconds", -60},
		"no shop":               {"login", "shop", ""},
		"script as the link":    {"login", "link", "javascript:alert(1)"},
		"no end of the link":    {"login", "expires_at", "0001-01-01T00:00:00Z"},
		"nobody":                {"contact", "name", "\u202e"},
		"no address":            {"contact", "email", ""},
		"no message":            {"contact", "message", "\r\n \n"},
		"a book as the message": {"contact", "message", strings.Repeat("a", maxMessage+1)},
		"an unknown verdict":    {"contact", "verdict", "fine"},
		"no console":            {"contact", "console_url", ""},
		"no time":               {"contact", "at", "0001-01-01T00:00:00Z"},
		"no host":               {"proof", "host", ""},
		"no token":              {"proof", "token", ""},
		"a quote in the token":  {"proof", "token", `abc"><script>`},
		"a huge token":          {"proof", "token", strings.Repeat("a", 201)},
		"an unknown state":      {"alert", "state", "fine"},
		"a grade beyond F":      {"report", "grade", "G"},
		"a score beyond 100":    {"report", "score", 101},
		"an unknown severity":   {"report", "summary", map[string]int{"terrible": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, bad := Render(test.template, "en", change(t, test.template, map[string]any{test.field: test.value}))
			if bad["data."+test.field] == "" {
				t.Errorf("fields = %v, want data.%s", bad, test.field)
			}
		})
	}
}

// The mail is in the nearest language that there is; a wrong tag is no reason to
// hold it up.
func TestLanguage(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"": "Payment received", "en": "Payment received", "de": "Zahlung eingegangen", "de-AT": "Zahlung eingegangen",
		"tlh": "Payment received", "de\r\nX: y": "Payment received", strings.Repeat("de-", 1<<16): "Payment received",
	} {
		r, bad := Render("receipt", tag, change(t, "receipt", nil))
		if bad != nil || !strings.HasPrefix(r.Subject, want) {
			t.Errorf("Render in %.20q = %q, %v; want %s", tag, r.Subject, bad, want)
		}
	}
}
