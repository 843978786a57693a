package catalog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// anyKind accepts every entry of the kinds that the default catalogue uses.
func anyKind() map[string]Checker {
	accept := func(Product, string) map[string]string { return nil }
	return map[string]Checker{"audit": accept, "file": accept}
}

func TestDefaultCatalogue(t *testing.T) {
	c, err := Load("../../../../deploy/catalog.yaml", anyKind())
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]struct {
		tier  string
		price int64
	}{"security-audit": {"automated", 19900}, "compliance-audit": {"compliance", 49900}, "redteam-audit": {"redteam", 240000}, "agent-playbook": {"", 2900}} {
		p, ok := c.Product(id)
		if !ok || p.Tier != want.tier || p.Price != want.price || p.Currency != "usd" {
			t.Errorf("%s = %+v", id, p)
		}
	}
	if p, _ := c.ByTier("automated"); p.ID != "security-audit" || p.Promise != 15*time.Minute {
		t.Errorf("tier automated = %+v", p)
	}
	if _, ok := c.ByTier(""); ok {
		t.Error("the empty tier finds a product")
	}
}

const head = `seller:
  name: S
  support: s@example.com
products:
`

func TestLoadNamesFileLineAndReason(t *testing.T) {
	for name, test := range map[string]struct {
		yaml string
		want []string // ":line: part of reason"
	}{
		"syntax":      {head + "  - id: [", []string{":5:"}},
		"unknown key": {head + "  - id: a\n    kind: audit\n    prize: 3\n", []string{`:7: unknown field "prize"`}},
		"several at once": {head + "  - id: A b\n    kind: audit\n    name: N\n    price: 10\n    currency: USD\n    promise: 1m\n",
			[]string{":5: products[0].id must be lower-case words", ":8: products[0].price must be at least 50", ":9: products[0].currency must be lower case"}},
		"missing":       {head + "  - id: a\n    kind: audit\n    price: 100\n    currency: usd\n    promise: 1m\n", []string{":5: products[0].name is missing"}},
		"no such kind":  {head + "  - id: a\n    kind: pony\n    name: N\n    price: 100\n    currency: usd\n    promise: 1m\n", []string{`:6: there is no product kind "pony"`}},
		"id twice":      {head + strings.Repeat("  - id: a\n    kind: audit\n    name: N\n    price: 100\n    currency: usd\n    promise: 1m\n", 2), []string{`:11: the product id "a" appears twice`}},
		"wrong type":    {head + "  - id: a\n    kind: audit\n    name: N\n    price: cheap\n", []string{":8:"}},
		"kind's own":    {head + "  - id: a\n    kind: file\n    name: N\n    price: 100\n    currency: usd\n    promise: 1m\n    file: x\n", []string{":11: file does not exist"}},
		"nothing there": {"", []string{":1:"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "catalog.yaml")
			if err := os.WriteFile(path, []byte(test.yaml), 0o600); err != nil {
				t.Fatal(err)
			}
			kinds := anyKind()
			kinds["file"] = func(Product, string) map[string]string { return map[string]string{"file": "does not exist"} }
			_, err := Load(path, kinds)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), path+want) {
					t.Errorf("want %q in\n%v", want, err)
				}
			}
		})
	}
}

func TestMoney(t *testing.T) {
	for _, test := range []struct {
		amount   int64
		currency string
		want     string
	}{{19900, "usd", "$199"}, {240000, "usd", "$2,400"}, {1950, "eur", "€19.50"}, {123456789, "chf", "1,234,567.89 CHF"}, {500, "jpy", "500 JPY"}, {5, "gbp", "£0.05"}} {
		if got := Money(test.amount, test.currency); got != test.want {
			t.Errorf("Money(%d, %s) = %q, want %q", test.amount, test.currency, got, test.want)
		}
	}
}
