package app

import (
	"net"
	"strings"
	"time"

	"doorstep.example/pkg/config"
)

// Config is everything that stripe-sandbox can be told.
type Config struct {
	config.Common
	Addr          string         `envconfig:"SANDBOX_ADDR" default:"127.0.0.1:4242" desc:"address to listen on; loopback only"`
	AllowRemote   bool           `envconfig:"SANDBOX_ALLOW_REMOTE" default:"false" desc:"also listen on other addresses, for a private network of containers; anybody who reaches it can act as payer and as seller"`
	PublicURL     config.URL     `envconfig:"SANDBOX_PUBLIC_URL" desc:"address of the hosted pages for the payer's browser; empty means the one at which the session was created"`
	WebhookURL    config.URL     `envconfig:"SANDBOX_WEBHOOK_URL" default:"http://127.0.0.1:8080/webhooks/stripe" desc:"the endpoint that events are sent to"`
	EndpointURL   config.URL     `envconfig:"SANDBOX_ENDPOINT_URL" desc:"the address that the API lists for that endpoint, where the shop is reached in another way by its buyers; empty means the same"`
	WebhookSecret config.Secrets `envconfig:"SANDBOX_WEBHOOK_SECRET" default:"whsec_doorstep_sandbox_only" desc:"signs the events; two of them sign both, as while a secret is being rolled"`
	RetryScale    float64        `envconfig:"SANDBOX_RETRY_SCALE" default:"1" desc:"divides the waits between tries: 3600 turns three days into about a minute"`
	DebitDelay    time.Duration  `envconfig:"SANDBOX_DEBIT_DELAY" default:"5s" desc:"from a bank debit to its outcome"`
}

// maxScale keeps the waits above a hundredth of a second.
const maxScale = 6000

// Validate checks what the types cannot.
func (c *Config) Validate() []error {
	var errs []error
	if host, _, err := net.SplitHostPort(c.Addr); err != nil {
		errs = append(errs, config.Bad("SANDBOX_ADDR", "must be host:port, such as 127.0.0.1:4242"))
	} else if !c.AllowRemote && !loopback(host) {
		errs = append(errs, config.Bad("SANDBOX_ADDR", "is reachable from other machines: use 127.0.0.1, or set SANDBOX_ALLOW_REMOTE=true on a private network"))
	}
	if !(c.RetryScale >= 1 && c.RetryScale <= maxScale) { // NaN too
		errs = append(errs, config.Bad("SANDBOX_RETRY_SCALE", "must be a number from 1 to %d", maxScale))
	}
	if c.DebitDelay < 0 {
		errs = append(errs, config.Bad("SANDBOX_DEBIT_DELAY", "must not be negative"))
	}
	if len(c.WebhookSecret) > 2 {
		errs = append(errs, config.Bad("SANDBOX_WEBHOOK_SECRET", "takes one secret, or two"))
	}
	for _, secret := range c.WebhookSecret {
		errs = append(errs, config.CheckSecret("SANDBOX_WEBHOOK_SECRET", secret)...)
		if strings.HasPrefix(secret.Reveal(), "sk_") {
			errs = append(errs, config.Bad("SANDBOX_WEBHOOK_SECRET", "looks like an API key; a webhook secret starts with whsec_"))
		}
	}
	return errs
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
