package app

import (
	"errors"
	"path/filepath"
	"strings"
	"time"

	"doorstep.example/pkg/config"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/delivery"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/notify"
)

// Config is the storefront's configuration.
type Config struct {
	config.Common
	config.Internal
	Addr           string         `envconfig:"STOREFRONT_ADDR" default:":8080" desc:"public address: pages, checkout, webhooks, downloads"`
	OpsAddr        string         `envconfig:"STOREFRONT_OPS_ADDR" default:"127.0.0.1:8081" desc:"operators' address: orders, alerts, metrics; keep it private"`
	OpsBaseURL     config.URL     `envconfig:"OPS_BASE_URL" default:"http://127.0.0.1:8081" desc:"how operators reach that address; used in alerts"`
	PublicBaseURL  config.URL     `envconfig:"PUBLIC_BASE_URL" default:"http://127.0.0.1:8080" desc:"how buyers reach the shop; used in links and at Stripe"`
	TrustedProxies config.CIDRs   `envconfig:"TRUSTED_PROXIES" desc:"networks of reverse proxies whose forwarded headers are believed"`
	CatalogFile    string         `envconfig:"CATALOG_FILE" default:"deploy/catalog.yaml" desc:"what the shop sells"`
	DatabaseURL    config.Secret  `envconfig:"DATABASE_URL" default:"sqlite:var/storefront.db" desc:"sqlite:PATH, or postgres://… for several machines"`
	BlobURL        string         `envconfig:"BLOB_URL" default:"file:var/blobs" desc:"where artefacts lie: file:DIR or s3://BUCKET?endpoint=…&region=…"`
	StripeKey      config.Secret  `envconfig:"STRIPE_SECRET_KEY" required:"true" desc:"Stripe's secret key: sk_test_… or sk_live_…"`
	WebhookSecrets config.Secrets `envconfig:"STRIPE_WEBHOOK_SECRETS" required:"true" desc:"signing secrets of the webhook endpoint (whsec_…); any of them verifies"`
	StripeAPIBase  config.URL     `envconfig:"STRIPE_API_BASE" desc:"another address for Stripe's API, such as the sandbox's; empty: Stripe's own"`
	CheckoutOrigin config.URL     `envconfig:"STRIPE_CHECKOUT_ORIGIN" desc:"where Stripe's hosted page lies when not at https://checkout.stripe.com, such as a domain of your own; empty: also at STRIPE_API_BASE"`
	DownloadKeys   config.Secrets `envconfig:"DOWNLOAD_KEYS" desc:"kid:base64 of at least 32 bytes; the first signs links, all verify; empty: a key is made and kept in the database"`
	AuditEngineURL config.URL     `envconfig:"AUDIT_ENGINE_URL" default:"http://127.0.0.1:5000" desc:"the audit-engine"`
	MailerURL      config.URL     `envconfig:"MAILER_URL" default:"http://127.0.0.1:5001" desc:"the mailer"`
	ReconcileEvery time.Duration  `envconfig:"RECONCILE_INTERVAL" default:"5m" desc:"how often the ledger is compared with Stripe, 72 hours back"`
	Workers        int            `envconfig:"WORKERS" default:"10" desc:"artefacts made at the same time; 0: this process sells and listens, and leaves the work to others on the same database"`
	WebhookBatch   int            `envconfig:"WEBHOOK_BATCH" default:"128" desc:"most events that share one commit; 1 commits each on its own"`
	Disposable     string         `envconfig:"DISPOSABLE_DOMAINS_FILE" desc:"a file of mail domains for a day, one a line, beside the built-in ones; buyers with such an address are asked whether it is right"`
	AlertEmail     string         `envconfig:"ALERT_EMAIL" desc:"who is told when something fails; empty: the catalogue's support address"`
	AlertURLs      config.Secrets `envconfig:"ALERT_URLS" desc:"where alerts go besides the mail: notification URLs such as slack://, telegram:// or generic+https:// (shoutrrr.nickfedor.com lists all); a comma inside one is written %2C"`
}

// Validate checks what spans variables.
func (c *Config) Validate() []error {
	var errs []error
	key := c.StripeKey.Reveal()
	switch {
	case key == "":
	case !strings.HasPrefix(key, "sk_") && !strings.HasPrefix(key, "rk_"):
		errs = append(errs, config.Bad("STRIPE_SECRET_KEY", "must begin with sk_ or rk_; the publishable key (pk_) cannot open sessions"))
	case c.live() && c.PublicBaseURL.Scheme != "https":
		errs = append(errs, config.Bad("PUBLIC_BASE_URL", "must be https:// when STRIPE_SECRET_KEY is a live key"))
	}
	for _, secret := range c.WebhookSecrets {
		errs = append(errs, config.CheckSecret("STRIPE_WEBHOOK_SECRETS", secret)...)
	}
	if c.ReconcileEvery < time.Second {
		errs = append(errs, config.Bad("RECONCILE_INTERVAL", "must be at least 1s"))
	}
	if c.WebhookBatch < 1 || c.WebhookBatch > 1000 {
		errs = append(errs, config.Bad("WEBHOOK_BATCH", "must be from 1 to 1000"))
	}
	if c.Workers < 0 || c.Workers > 1000 {
		errs = append(errs, config.Bad("WORKERS", "must be from 0 to 1000"))
	}
	if _, err := delivery.ParseKeys(c.DownloadKeys); err != nil {
		errs = append(errs, err)
	}
	_, bad := notify.Parse(c.AlertURLs)
	errs = append(errs, bad...)
	return append(errs, c.validateCatalog()...)
}

// live reports whether real money is taken.
func (c *Config) live() bool { return strings.Contains(c.StripeKey.Reveal(), "_live_") }

// validateCatalog reads the catalogue, so that its mistakes are told together with
// those of the variables.
func (c *Config) validateCatalog() []error {
	folder := filepath.Dir(c.CatalogFile)
	_, err := catalog.Load(c.CatalogFile, kind.Checkers(kind.All(kind.Config{Folder: folder})))
	if list, ok := errors.AsType[config.Errors](err); ok {
		return list
	}
	return nil
}

// now is the clock of the whole program, in the precision of the database.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
