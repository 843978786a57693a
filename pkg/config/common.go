package config

// Common is what every program reads.
type Common struct {
	LogFormat string `envconfig:"LOG_FORMAT" default:"json" desc:"json for machines, text for people"`
	LogLevel  string `envconfig:"LOG_LEVEL" default:"info" desc:"debug, info, warn or error"`
}

// Internal is what the three services that talk to each other read.
type Internal struct {
	InternalToken Secret `envconfig:"INTERNAL_TOKEN" required:"true" desc:"bearer token between storefront, audit-engine and mailer; the same in all three"`
}

// MinSecret is the shortest secret that is accepted, in bytes. HMAC and JWT
// libraries take an empty key without a word, so the length is checked here.
const MinSecret = 8

// Validate checks the log settings.
func (c Common) Validate() []error {
	var errs []error
	if c.LogFormat != "json" && c.LogFormat != "text" {
		errs = append(errs, Bad("LOG_FORMAT", "must be json or text"))
	}
	switch c.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		errs = append(errs, Bad("LOG_LEVEL", "must be debug, info, warn or error"))
	}
	return errs
}

// Validate checks the token's length.
func (c Internal) Validate() []error {
	return CheckSecret("INTERNAL_TOKEN", c.InternalToken)
}

// CheckSecret reports a secret that is set and too short to be one.
func CheckSecret(name string, s Secret) []error {
	if s != "" && len(s) < MinSecret {
		return []error{Bad(name, "is too short: at least %d characters, for example from `openssl rand -hex 32`", MinSecret)}
	}
	return nil
}

// Log returns the format and the level of the log.
func (c Common) Log() (format, level string) { return c.LogFormat, c.LogLevel }
