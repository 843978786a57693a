package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"doorstep.example/pkg/service"
)

// Migrate is the command `storefront migrate`: it brings the schema up to date and
// ends. Every start does the same; the command is for those who do it beforehand.
func Migrate(ctx context.Context, c *Config, log *slog.Logger, args []string, out io.Writer) error {
	if len(args) != 0 {
		return service.UsageError("migrate: takes no arguments")
	}
	a, err := Open(ctx, c, log)
	if err != nil {
		return err
	}
	a.Close()
	fmt.Fprintln(out, "The schema is up to date.")
	return nil
}
