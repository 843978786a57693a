// Command mailer renders and sends the shop's mails, once for one key, and remembers what
// became of them.
package main

import (
	"doorstep.example/pkg/service"
	"doorstep.example/services/mailer/internal/app"
)

func main() {
	service.Main(service.Program[app.Config]{
		Name:  "mailer",
		About: "sends the shop's mails through files, SMTP or Resend, once for one key",
		Run:   app.Run,
	})
}
