// Command stripe-sandbox is the part of Stripe that the shop uses, offline: the
// API, the hosted payment page and the webhooks, for the demo and for tests.
package main

import (
	"doorstep.example/pkg/service"
	"doorstep.example/services/stripe-sandbox/internal/app"
)

func main() {
	service.Main(service.Program[app.Config]{
		Name:  "stripe-sandbox",
		About: "the part of Stripe that the shop uses, offline; development only",
		Run:   app.Run,
	})
}
