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
	})
}
