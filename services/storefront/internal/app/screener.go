package app

import (
	"os"

	"doorstep.example/pkg/config"
	"doorstep.example/services/storefront/internal/screen"
)

// screener knows the disposable mail domains, those of the operator's file too.
func (c *Config) screener() (*screen.Screener, error) {
	if c.Disposable == "" {
		return screen.New(nil)
	}
	file, err := os.Open(c.Disposable)
	if err != nil {
		return nil, config.Errors{config.Bad("DISPOSABLE_DOMAINS_FILE", "cannot be read: %v", err)}
	}
	defer file.Close()
	s, err := screen.New(file)
	if err != nil {
		return nil, config.Errors{config.Bad("DISPOSABLE_DOMAINS_FILE", "%v", err)}
	}
	return s, nil
}
