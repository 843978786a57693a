package app

import (
	"bytes"
	"encoding/json"
	"net/mail"
	"os"
	"path/filepath"
	"testing"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/mailer/internal/transport/transporttest"
)

// replyAddresses reads where the answers to every mail of an outbox go.
func replyAddresses(t *testing.T, raws [][]byte) []string {
	t.Helper()
	var list []string
	for _, raw := range raws {
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Header["Reply-To"]) != 1 || m.Header.Get("Bcc") != "" {
			t.Errorf("headers %v", m.Header)
		}
		list = append(list, m.Header.Get("Reply-To"))
	}
	return list
}

// TestReplyTo asks each transport for a mail with a reply address of its own, one
// without, and some whose address would write another header.
func TestReplyTo(t *testing.T) {
	for name, begin := range map[string]func(*testing.T) (r *running, sent func() []string){
		"outbox": func(t *testing.T) (*running, func() []string) {
			r := start(t, map[string]string{"MAIL_REPLY_TO": "help@shop.example"})
			return r, func() []string {
				files, err := filepath.Glob(filepath.Join(r.outbox, "*.eml"))
				if err != nil {
					t.Fatal(err)
				}
				var raws [][]byte
				for _, file := range files {
					raw, err := os.ReadFile(file)
					if err != nil {
						t.Fatal(err)
					}
					raws = append(raws, raw)
				}
				return replyAddresses(t, raws)
			}
		},
		"smtp": func(t *testing.T) (*running, func() []string) {
			sink := transporttest.NewSMTP(t, transporttest.Plain, nil)
			r := start(t, map[string]string{"MAIL_REPLY_TO": "help@shop.example", "MAIL_TRANSPORT": "smtp", "SMTP_URL": "smtp://" + sink.Addr})
			return r, func() []string {
				var raws [][]byte
				for _, m := range sink.Mails() {
					if len(m.To) != 1 {
						t.Errorf("recipients %q", m.To)
					}
					raws = append(raws, m.Raw)
				}
				return replyAddresses(t, raws)
			}
		},
		"resend": func(t *testing.T) (*running, func() []string) {
			fake := transporttest.NewResend(t)
			r := start(t, map[string]string{"MAIL_REPLY_TO": "help@shop.example", "MAIL_TRANSPORT": "resend", "RESEND_API_BASE": fake.URL})
			return r, func() []string {
				var list []string
				for _, m := range fake.Mails() {
					var body struct {
						ReplyTo string `json:"reply_to"`
					}
					if err := json.Unmarshal(m.Body, &body); err != nil {
						t.Fatal(err)
					}
					list = append(list, "<"+body.ReplyTo+">")
				}
				return list
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, sent := begin(t)
			send := func(key, replyTo string) error {
				m := report(t)
				m.ReplyTo = replyTo
				_, err := r.Send(t.Context(), key, m)
				return err
			}
			for key, bad := range map[string]string{
				"break":    "eve@example.com\r\nBcc: victim@example.com",
				"feed":     "eve@example.com\nX-Evil: 1",
				"return":   "eve@example.com\rX-Evil: 1",
				"name":     "\"Eve\r\nBcc: victim@example.com\" <eve@example.com>",
				"encoded":  "=?utf-8?q?Eve=0D=0ABcc:_victim@example.com?= <eve@example.com>, x@example.com",
				"two":      "eve@example.com, victim@example.com",
				"zero":     "eve\x00@example.com",
				"brackets": "\"eve>, <victim\"@example.com",
			} {
				if err := send(key, bad); errs.KindOf(err) != errs.Unprocessable || errs.From(err).Fields["reply_to"] == "" {
					t.Errorf("%s: %v, want a refusal of reply_to", key, err)
				}
			}
			if got := sent(); len(got) != 0 {
				t.Fatalf("mails to %q in spite of the refusals", got)
			}
			if err := send("own", "Ada \u202e<ada@example.com>"); err != nil {
				t.Fatal(err)
			}
			if got := sent(); len(got) != 1 || got[0] != "<ada@example.com>" {
				t.Errorf("answers go to %q, want the address that was asked for", got)
			}
			if err := send("default", ""); err != nil {
				t.Fatal(err)
			}
			if got := sent(); len(got) != 2 || (got[0] != "<help@shop.example>" && got[1] != "<help@shop.example>") {
				t.Errorf("answers go to %q, want MAIL_REPLY_TO for the second mail", got)
			}
		})
	}
}
