package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep.example/pkg/config"
)

func TestEverythingThatIsWrongIsToldAtOnce(t *testing.T) {
	catalogue := filepath.Join(t.TempDir(), "catalog.yaml")
	if err := os.WriteFile(catalogue, []byte("seller:\n  name: S\n  support: nobody\nproducts: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"INTERNAL_TOKEN": "short", "STRIPE_SECRET_KEY": "pk_live_x", "STRIPE_WEBHOOK_SECRETS": "whsec_good_enough,x",
		"DOWNLOAD_KEYS": "k1:c2hvcnQ=", "STRIPE_API_BASE": "ftp://x", "PUBLIC_BASE_URL": "shop", "ALERT_URLS": "slack://hunter2hunter2", "CATALOG_FILE": catalogue,
	} {
		t.Setenv(name, value)
	}
	var c Config
	err := config.Load(&c)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"INTERNAL_TOKEN: ", "STRIPE_SECRET_KEY: ", "STRIPE_WEBHOOK_SECRETS: ", "DOWNLOAD_KEYS: ", "STRIPE_API_BASE: ", "PUBLIC_BASE_URL: ", "ALERT_URLS: entry 1 ",
		catalogue + ":3: seller.support", catalogue + ":4: products",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told in\n%v", want, err)
		}
	}
	for _, secret := range []string{"pk_live_x", "c2hvcnQ=", "hunter2"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q is repeated", secret)
		}
	}
}

func TestLiveKeyNeedsHTTPS(t *testing.T) {
	for base, bad := range map[string]bool{"http://shop.example.com": true, "https://shop.example.com": false} {
		c := Config{StripeKey: "sk_live_x", CatalogFile: "../../../../deploy/catalog.yaml", WebhookBatch: 1, ReconcileEvery: time.Minute}
		if err := c.PublicBaseURL.Decode(base); err != nil {
			t.Fatal(err)
		}
		if errs := c.Validate(); (len(errs) > 0) != bad {
			t.Errorf("%s: %v", base, errs)
		}
	}
}

func TestPayOrigins(t *testing.T) {
	url := func(s string) (u config.URL) {
		if s != "" {
			if err := u.Decode(s); err != nil {
				t.Fatal(err)
			}
		}
		return u
	}
	for _, test := range []struct{ origin, api, want string }{
		{"", "", "https://checkout.stripe.com"},
		{"", "http://127.0.0.1:4242/v1", "https://checkout.stripe.com http://127.0.0.1:4242"},
		{"https://pay.example.com", "http://stripe-sandbox:4242", "https://checkout.stripe.com https://pay.example.com"},
	} {
		c := &Config{CheckoutOrigin: url(test.origin), StripeAPIBase: url(test.api)}
		if got := strings.Join(payOrigins(c), " "); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
}
