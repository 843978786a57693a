package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type testConfig struct {
	Common
	Internal
	Addr    string        `envconfig:"T_ADDR" default:"127.0.0.1:1" desc:"address"`
	Wait    time.Duration `envconfig:"T_WAIT" default:"5s" desc:"wait"`
	Key     Secret        `envconfig:"T_KEY" desc:"key"`
	Keys    Secrets       `envconfig:"T_KEYS" desc:"keys"`
	Base    URL           `envconfig:"T_BASE" default:"http://127.0.0.1/" desc:"base | address"`
	Proxies CIDRs         `envconfig:"T_PROXIES" desc:"proxies"`
}

func set(t *testing.T, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		t.Setenv(pairs[i], pairs[i+1])
	}
}

func TestLoad(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("from-a-file-0123\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	set(t, "INTERNAL_TOKEN", "", "INTERNAL_TOKEN_FILE", file, "T_ADDR", "", "T_WAIT", "1m", "T_KEYS", "first, second,", "T_PROXIES", "10.1.2.3/8, ::1")
	var c testConfig
	if err := Load(&c); err != nil {
		t.Fatal(err)
	}
	if got := c.InternalToken.Reveal(); got != "from-a-file-0123" {
		t.Errorf("token from file = %q", got)
	}
	if c.Addr != "127.0.0.1:1" {
		t.Errorf("an empty variable must leave the default, got %q", c.Addr)
	}
	if c.Wait != time.Minute || len(c.Keys) != 2 || c.Keys[1].Reveal() != "second" {
		t.Errorf("wait %v, keys %d", c.Wait, len(c.Keys))
	}
	if got := c.Proxies[0].String() + " " + c.Proxies[1].String(); got != "10.0.0.0/8 ::1/128" {
		t.Errorf("proxies = %s", got)
	}
	if got := c.Base.String(); got != "http://127.0.0.1" {
		t.Errorf("base = %s", got)
	}
}

func TestLoadReportsEverythingAtOnceWithoutValues(t *testing.T) {
	set(t, "INTERNAL_TOKEN", "", "LOG_FORMAT", "yaml", "T_WAIT", "hunter2x", "T_BASE", "ftp://hunter2x", "T_KEY", "hunter2x")
	var c testConfig
	err := Load(&c)
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	for _, name := range []string{"INTERNAL_TOKEN", "LOG_FORMAT", "T_WAIT", "T_BASE"} {
		n := 0
		for _, line := range lines {
			if strings.HasPrefix(line, name+": ") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: %d lines, want 1 in\n%v", name, n, err)
		}
	}
	if len(lines) != 4 {
		t.Errorf("%d lines, want 4:\n%v", len(lines), err)
	}
	if strings.Contains(err.Error(), "hunter2x") {
		t.Errorf("a value is in the error text:\n%v", err)
	}
}

func TestSecretIsRedacted(t *testing.T) {
	set(t, "INTERNAL_TOKEN", "swordfish-swordfish")
	var c testConfig
	if err := Load(&c); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := b.WriteString(strings.Join([]string{c.InternalToken.String(), c.InternalToken.GoString()}, " ")); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "swordfish") {
		t.Error("secret printed")
	}
}

func TestMarkdownEscapes(t *testing.T) {
	var b bytes.Buffer
	if err := WriteMarkdown(&b, &testConfig{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `base \| address`) || !strings.Contains(b.String(), "| `INTERNAL_TOKEN` | secret | required |") {
		t.Errorf("table:\n%s", b.String())
	}
}
