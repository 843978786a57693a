// Command storefront sells, listens and delivers: catalogue, checkout, webhooks,
// fulfilment, order pages and downloads.
package main

import (
	"doorstep.example/pkg/service"
	"doorstep.example/services/storefront/internal/app"
)

func main() {
	service.Main(service.Program[app.Config]{
		Name:  "storefront",
		About: "sells, listens and delivers",
		Run:   app.Run,
		Commands: map[string]service.Command[app.Config]{
			"migrate":   {About: "brings the schema up to date, and ends", Run: app.Migrate},
			"reconcile": {Usage: "[-since 72h]", About: "compares the ledger with Stripe, and makes good what is missing", Run: app.Reconcile},
		},
	})
}
