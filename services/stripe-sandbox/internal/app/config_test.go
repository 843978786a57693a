package app

import (
	"errors"
	"testing"

	"doorstep.example/pkg/config"
)

func TestConfig(t *testing.T) {
	for _, test := range []struct {
		name, variable, value string
		bad                   bool
	}{
		{"defaults", "SANDBOX_ADDR", "", false},
		{"other port", "SANDBOX_ADDR", "localhost:0", false},
		{"all interfaces", "SANDBOX_ADDR", "0.0.0.0:4242", true},
		{"no host", "SANDBOX_ADDR", ":4242", true},
		{"no port", "SANDBOX_ADDR", "127.0.0.1", true},
		{"scale", "SANDBOX_RETRY_SCALE", "3600", false},
		{"scale below one", "SANDBOX_RETRY_SCALE", "0.5", true},
		{"scale that is none", "SANDBOX_RETRY_SCALE", "NaN", true},
		{"short secret", "SANDBOX_WEBHOOK_SECRET", "whsec_x", true},
		{"key for a secret", "SANDBOX_WEBHOOK_SECRET", "sk_test_1234567890", true},
		{"two secrets", "SANDBOX_WEBHOOK_SECRET", "whsec_first,whsec_second", false},
		{"three secrets", "SANDBOX_WEBHOOK_SECRET", "whsec_first,whsec_second,whsec_third", true},
		{"time backwards", "SANDBOX_DEBIT_DELAY", "-1s", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(test.variable, test.value)
			var c Config
			err := config.Load(&c)
			if (err != nil) != test.bad {
				t.Fatalf("Load = %v, want an error: %t", err, test.bad)
			}
			if bad, ok := errors.AsType[config.Errors](err); test.bad && (!ok || len(bad) != 1) {
				t.Errorf("%v, want one line about %s", err, test.variable)
			}
		})
	}
}

func TestRemoteMustBeAllowed(t *testing.T) {
	t.Setenv("SANDBOX_ADDR", "0.0.0.0:4242")
	t.Setenv("SANDBOX_ALLOW_REMOTE", "true")
	var c Config
	if err := config.Load(&c); err != nil {
		t.Errorf("allowed, and refused all the same: %v", err)
	}
}
