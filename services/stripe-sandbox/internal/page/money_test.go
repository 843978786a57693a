package page

import "testing"

func TestMoney(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		amount int64
		code   string
		want   string
	}{
		{19900, "usd", "$199.00"}, {5, "usd", "$0.05"}, {240000, "eur", "€2,400.00"}, {123456789, "gbp", "£1,234,567.89"},
		{500, "jpy", "¥500"}, {1500, "czk", "CZK 15.00"}, {-100, "usd", "−$1.00"},
	} {
		if got := Money(test.amount, test.code); got != test.want {
			t.Errorf("Money(%d, %s) = %q, want %q", test.amount, test.code, got, test.want)
		}
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"http://127.0.0.1:8080/thank-you": " http://127.0.0.1:8080",
		"https://shop.example/x?y=z":      " https://shop.example",
		"http://10.0.0.5:8080/":           " http:",
		"http://[::1]:8080/":              " http:",
		"http://a.example;script-src/":    "",
		"":                                "",
	} {
		if got := source(in); got != want {
			t.Errorf("source(%q) = %q, want %q", in, got, want)
		}
	}
}
