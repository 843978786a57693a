package app

import (
	"fmt"
	"net"
	"net/mail"
	"strings"

	"doorstep.example/pkg/config"
	"doorstep.example/services/mailer/internal/api"
	"doorstep.example/services/mailer/internal/transport"
)

// Config is the mailer's configuration.
type Config struct {
	config.Common
	config.Internal
	Addr          string         `envconfig:"MAILER_ADDR" default:"127.0.0.1:5001" desc:"address to listen on"`
	DatabaseURL   config.Secret  `envconfig:"MAILER_DATABASE_URL" default:"sqlite:var/mailer.db" desc:"sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE; what was sent"`
	Transport     string         `envconfig:"MAIL_TRANSPORT" default:"outbox" desc:"outbox (files), smtp or resend"`
	Fallback      string         `envconfig:"MAIL_FALLBACK" desc:"transport for mails that the first one surely did not take"`
	From          string         `envconfig:"MAIL_FROM" default:"Doorstep <orders@doorstep.example>" desc:"sender, as Name <address>"`
	ReplyTo       string         `envconfig:"MAIL_REPLY_TO" desc:"where answers go, if not to the sender"`
	OutboxDir     string         `envconfig:"OUTBOX_DIR" default:"var/outbox" desc:"folder of the transport outbox, one .eml a mail"`
	SMTPURL       config.Secret  `envconfig:"SMTP_URL" desc:"smtp://user:password@host:port (STARTTLS) or smtps://… (TLS at once); without TLS only on loopback"`
	ResendKey     config.Secret  `envconfig:"RESEND_API_KEY" desc:"key of the Resend account"`
	ResendBase    config.URL     `envconfig:"RESEND_API_BASE" default:"https://api.resend.com" desc:"address of Resend's API"`
	ResendSecrets config.Secrets `envconfig:"RESEND_WEBHOOK_SECRET" desc:"signing secret of Resend's webhook, whsec_…; two of them while it is being changed"`
}

// Validate checks what belongs together.
func (c *Config) Validate() []error {
	var errs []error
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		errs = append(errs, config.Bad("MAILER_ADDR", "must be HOST:PORT"))
	}
	if url := c.DatabaseURL.Reveal(); !strings.HasPrefix(url, "sqlite:") && !strings.HasPrefix(url, "postgres://") && !strings.HasPrefix(url, "postgresql://") {
		errs = append(errs, config.Bad("MAILER_DATABASE_URL", "must be sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE"))
	}
	errs = append(errs, mailbox("MAIL_FROM", c.From)...)
	if c.ReplyTo != "" {
		errs = append(errs, mailbox("MAIL_REPLY_TO", c.ReplyTo)...)
	}
	errs = append(errs, c.validateTransport("MAIL_TRANSPORT", c.Transport)...)
	if c.Fallback != "" {
		if c.Fallback == c.Transport {
			errs = append(errs, config.Bad("MAIL_FALLBACK", "is the same as MAIL_TRANSPORT; leave it empty or name another one"))
		}
		errs = append(errs, c.validateTransport("MAIL_FALLBACK", c.Fallback)...)
	}
	if _, err := api.NewVerifier(c.ResendSecrets); err != nil {
		errs = append(errs, config.Bad("RESEND_WEBHOOK_SECRET", "%v", err))
	}
	return errs
}

// validateTransport checks what the transport named by variable needs.
func (c *Config) validateTransport(variable, name string) []error {
	switch name {
	case "outbox":
		return nil
	case "smtp":
		if c.SMTPURL == "" {
			return []error{config.Bad("SMTP_URL", "is required because %s=smtp", variable)}
		}
		if _, err := transport.NewSMTP(c.SMTPURL.Reveal()); err != nil {
			return []error{config.Bad("SMTP_URL", "%v", err)}
		}
		return nil
	case "resend":
		if c.ResendKey == "" {
			return []error{config.Bad("RESEND_API_KEY", "is required because %s=resend", variable)}
		}
		return nil
	default:
		return []error{config.Bad(variable, "must be outbox, smtp or resend")}
	}
}

// mailbox checks that value is one address with an optional name.
func mailbox(variable, value string) []error {
	if _, err := mail.ParseAddress(value); err != nil || strings.ContainsAny(value, "\r\n") {
		return []error{config.Bad(variable, "must be exactly one address, for example Shop <orders@shop.example>")}
	}
	return nil
}

// transport makes the transport of that name; Validate has checked its settings.
func (c *Config) transport(name string) (transport.Transport, error) {
	switch name {
	case "smtp":
		t, err := transport.NewSMTP(c.SMTPURL.Reveal())
		if err != nil {
			return nil, config.Errors{config.Bad("SMTP_URL", "%v", err)}
		}
		return t, nil
	case "resend":
		return transport.NewResend(c.ResendKey, c.ResendBase), nil
	default:
		t, err := transport.NewOutbox(c.OutboxDir)
		if err != nil {
			return nil, fmt.Errorf("OUTBOX_DIR: %w", err)
		}
		return t, nil
	}
}
