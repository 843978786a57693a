// Command readme writes the tables of variables into README.md, as the programs
// themselves print them, so that the two never differ. It runs at the root of the
// checkout; BIN is the folder with the binaries (bin).
package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"doorstep.example/deploy/e2e/readme/table"
	"doorstep.example/deploy/e2e/stack"
)

const (
	readme  = "README.md"
	timeout = 10 * time.Second // for a program to print its table
)

func main() {
	if err := run(context.Background(), cmp.Or(os.Getenv("BIN"), "bin")); err != nil {
		fmt.Fprintf(os.Stderr, "readme: nothing was written:\n%v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, bin string) error {
	old, err := os.ReadFile(readme)
	if err != nil {
		return fmt.Errorf("%w; run this at the root of the checkout (make readme)", err)
	}
	tables := map[string][]byte{}
	var failures []error
	for _, name := range stack.Programs() {
		if tables[name], err = variables(ctx, filepath.Join(bin, name)); err != nil {
			failures = append(failures, err)
		}
	}
	if err := errors.Join(failures...); err != nil {
		return err
	}
	rendered, err := table.Render(old, tables)
	if err != nil {
		return fmt.Errorf("%s: %w", readme, err)
	}
	if bytes.Equal(rendered, old) {
		return nil
	}
	if err := os.WriteFile(readme, rendered, 0o644); err != nil { //nolint:gosec // a file of the checkout, for everybody to read
		return fmt.Errorf("write %s: %w", readme, err)
	}
	return nil
}

// variables asks a program for its table.
func variables(ctx context.Context, program string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, "-variables").Output()
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing; build it first (make build)", program)
	}
	if err != nil {
		return nil, fmt.Errorf("ask %s for its variables: %w", program, err)
	}
	if !bytes.HasPrefix(out, []byte("|")) {
		return nil, fmt.Errorf("%s -variables did not print a table: %.100q", program, out)
	}
	return out, nil
}
