// Package e2e_test plays the whole shop with the real programs on loopback: a buyer
// orders and pays, and the product arrives, whatever is killed, forged or sent twice
// on the way. One story a file.
//
//	main_test.go      builds the programs once (or takes them from BIN)
//	harness_test.go   a running shop, and what every story does with it
//	want_test.go      what every story wants of it
//	proxy_test.go     what stands between two programs and strikes at a chosen moment
//	chromium_test.go  a browser that complains
package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"doorstep.example/deploy/e2e/stack"
)

// bin is the folder of the programs, root the checkout.
var bin, root string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	root = filepath.Join(dir, "..", "..")
	if bin = os.Getenv("BIN"); bin != "" {
		if !filepath.IsAbs(bin) {
			bin = filepath.Join(root, bin)
		}
		return m.Run()
	}
	if bin, err = os.MkdirTemp("", "doorstep-bin-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(bin)
	if err := build(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// build makes the programs as `make build` does, so that both share Go's cache.
func build() error {
	for _, name := range stack.Programs() {
		cmd := exec.Command("go", "build", "-C", filepath.Join(root, "services", name), "-trimpath",
			"-ldflags", "-s -w -X doorstep.example/pkg/service.Version=e2e", "-o", filepath.Join(bin, name), ".")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", name, err, out)
		}
	}
	return nil
}
