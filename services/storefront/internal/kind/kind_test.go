package kind

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/payment"
)

func all(live bool) map[string]Kind { return All(Config{Live: live}) }

// TestEveryKind checks what holds of all: field names that fit Stripe's metadata, and
// a cleaner for each.
func TestEveryKind(t *testing.T) {
	for name, k := range all(true) {
		if k.Template() == "" {
			t.Errorf("%s has no mail", name)
		}
		if _, life := k.Grant(catalog.Product{}); life <= 0 {
			t.Errorf("%s grants nothing", name)
		}
		for _, f := range k.Fields() {
			if f.Name == "" || len(f.Name) > payment.MaxMetadataKey || strings.ContainsAny(f.Name, "[]") || f.MaxLength > payment.MaxMetadataValue || f.Clean == nil {
				t.Errorf("%s: field %+v", name, f)
			}
		}
	}
}

func TestFileCheck(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "good.zip"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "folder"), 0o750); err != nil {
		t.Fatal(err)
	}
	for name, ok := range map[string]bool{"good.zip": true, "": false, "none.zip": false, "folder": false, "../good.zip": false, "/etc/passwd": false} {
		if wrong := all(true)["file"].Check(catalog.Product{File: name}, folder); (len(wrong) == 0) != ok {
			t.Errorf("file %q: %v", name, wrong)
		}
	}
	if wrong := all(true)["audit"].Check(catalog.Product{}, folder); wrong["tier"] == "" {
		t.Error("an audit without a tier passed")
	}
}

func TestTargetNeedsAPublicNameOnlyWhereMoneyIsReal(t *testing.T) {
	for value, want := range map[string]struct{ live, test bool }{
		"https://shop.example.com/":     {true, true},
		"https://127.0.0.1:8443/":       {false, true},
		"https://127.0.0.1/":            {false, false}, // a lab target at an address has a port of its own
		"https://demo-target:8443/":     {false, true},
		"localhost":                     {false, false},
		"localhost:8443":                {false, true},
		"https://lab.internal/":         {false, true},
		"https://shop.example.com:22/":  {false, false},
		"ftp://shop.example.com/":       {false, false},
		"https://u:p@shop.example.com/": {false, false},
	} {
		for live, ok := range map[bool]bool{true: want.live, false: want.test} {
			clean := all(live)["audit"].Fields()[0].Clean
			if _, reason := clean(value); (reason == "") != ok {
				t.Errorf("live %v, %s: %q", live, value, reason)
			}
		}
	}
}

func TestFileName(t *testing.T) {
	for target, want := range map[string]string{
		"https://Shop.Example.com/a?b":                  "security-audit-shop.example.com-AR-1.pdf",
		"https://[2001:db8::1]:8443/":                   "security-audit-2001-db8--1-AR-1.pdf",
		"../../etc/passwd":                              "security-audit--AR-1.pdf",
		"https://" + strings.Repeat("a", 90) + ".test/": "security-audit-" + strings.Repeat("a", 60) + "-AR-1.pdf",
	} {
		if got := fileName(&auditapi.Report{Target: target, ReportID: "AR-1"}); got != want {
			t.Errorf("fileName(%q) = %q, want %q", target, got, want)
		}
	}
	for _, fields := range []map[string]string{{FieldTargetURL: "https://a.example.com/x"}, {FieldTargetURL: "x", FieldTargetName: "a.example.com"}} {
		if got := targetName(fields); got != "a.example.com" {
			t.Errorf("targetName(%v) = %q", fields, got)
		}
	}
}
