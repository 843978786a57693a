package app

import (
	"strings"
	"testing"

	"doorstep.example/pkg/config"
)

func TestConfigTellsAllAtOnce(t *testing.T) {
	for name, test := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"first start": {nil, nil},
		"everything wrong": {map[string]string{
			"INTERNAL_TOKEN": "short", "MAILER_ADDR": "5001", "MAILER_DATABASE_URL": "mysql://u:hunter2@h/d", "MAIL_TRANSPORT": "resend",
			"MAIL_FALLBACK": "smtp", "MAIL_FROM": "a@b.example, hunter2@b.example", "MAIL_REPLY_TO": "nobody",
			"SMTP_URL": "smtp://u:hunter2@", "RESEND_WEBHOOK_SECRET": "whsec_hunter2!", "RESEND_API_BASE": "hunter2",
		}, []string{"INTERNAL_TOKEN", "MAILER_ADDR", "MAILER_DATABASE_URL", "RESEND_API_KEY", "MAIL_FROM", "MAIL_REPLY_TO", "SMTP_URL", "RESEND_WEBHOOK_SECRET", "RESEND_API_BASE"}},
		"unknown transport":  {map[string]string{"MAIL_TRANSPORT": "pigeon"}, []string{"MAIL_TRANSPORT"}},
		"fallback to itself": {map[string]string{"MAIL_FALLBACK": "outbox"}, []string{"MAIL_FALLBACK"}},
		"SMTP without URL":   {map[string]string{"MAIL_TRANSPORT": "smtp"}, []string{"SMTP_URL"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("INTERNAL_TOKEN", token)
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			err := config.Load(&Config{})
			var got []string
			if err != nil {
				got = strings.Split(err.Error(), "\n")
			}
			if len(got) != len(test.want) {
				t.Fatalf("%d lines, want %d:\n%v", len(got), len(test.want), err)
			}
			for _, name := range test.want {
				if !strings.Contains("\n"+err.Error(), "\n"+name+": ") {
					t.Errorf("no line for %s:\n%v", name, err)
				}
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("a value is in the text:\n%v", err)
			}
		})
	}
}
