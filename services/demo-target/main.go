// Command demo-target is a deliberately weak web shop on loopback. The demo
// audits it, so that a report has something to say without touching anybody's
// server. Never expose it: what is wrong with it is listed in internal/weakness.
package main

import (
	"doorstep.example/pkg/service"
	"doorstep.example/services/demo-target/internal/app"
)

func main() {
	service.Main(service.Program[app.Config]{
		Name:  "demo-target",
		About: "development only: a deliberately weak shop for the audit, on loopback",
		Run:   app.Run,
	})
}
