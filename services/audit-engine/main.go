// Command audit-engine scans a site and prints a report. It knows no orders, keeps nothing,
// and holds no secrets but the token of its callers.
package main

import (
	"context"
	"log/slog"

	"doorstep.example/pkg/service"
	"doorstep.example/services/audit-engine/internal/app"
	"doorstep.example/services/audit-engine/internal/report"
)

func main() {
	service.Main(service.Program[app.Config]{
		Name:  "audit-engine",
		About: "scans a web site and prints a report",
		Run: func(ctx context.Context, c *app.Config, log *slog.Logger) error {
			return app.Run(ctx, c, log, report.PDF)
		},
	})
}
