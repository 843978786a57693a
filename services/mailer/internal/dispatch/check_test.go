package dispatch

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
)

func TestSendRefusesBadRequests(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	for name, test := range map[string]struct {
		key    string
		change func(*mailapi.Send)
		kind   errs.Kind
		field  string
	}{
		"no key":               {"", func(*mailapi.Send) {}, errs.Invalid, ""},
		"key with a break":     {"a\r\nb", func(*mailapi.Send) {}, errs.Invalid, ""},
		"key too long":         {strings.Repeat("k", 257), func(*mailapi.Send) {}, errs.Invalid, ""},
		"no address":           {"1", func(s *mailapi.Send) { s.To = "" }, errs.Unprocessable, "to"},
		"two addresses":        {"2", func(s *mailapi.Send) { s.To = "a@example.com, b@example.com" }, errs.Unprocessable, "to"},
		"a header in to":       {"3", func(s *mailapi.Send) { s.To = "a@example.com\r\nBcc: b@example.com" }, errs.Unprocessable, "to"},
		"a command in to":      {"4", func(s *mailapi.Send) { s.To = `"a> RCPT TO:<b"@example.com` }, errs.Unprocessable, "to"},
		"no domain":            {"5", func(s *mailapi.Send) { s.To = "ada" }, errs.Unprocessable, "to"},
		"address of 1 MB":      {"6", func(s *mailapi.Send) { s.To = strings.Repeat("a", 1<<20) + "@example.com" }, errs.Unprocessable, "to"},
		"local part not ASCII": {"7", func(s *mailapi.Send) { s.To = "ädä@example.com" }, errs.Unprocessable, "to"},
		"group":                {"8", func(s *mailapi.Send) { s.To = "team: a@example.com, b@example.com;" }, errs.Unprocessable, "to"},
		"two reply addresses":  {"15", func(s *mailapi.Send) { s.ReplyTo = "a@example.com, b@example.com" }, errs.Unprocessable, "reply_to"},
		"a header in reply_to": {"16", func(s *mailapi.Send) { s.ReplyTo = "a@example.com\r\nBcc: b@example.com" }, errs.Unprocessable, "reply_to"},
		"reply_to of a group":  {"17", func(s *mailapi.Send) { s.ReplyTo = "team: a@example.com, b@example.com;" }, errs.Unprocessable, "reply_to"},
		"reply_to is no mail":  {"18", func(s *mailapi.Send) { s.ReplyTo = "ada" }, errs.Unprocessable, "reply_to"},
		"order with a header":  {"9", func(s *mailapi.Send) { s.OrderID = "o1\r\nX: y" }, errs.Unprocessable, "order_id"},
		"unknown template":     {"10", func(s *mailapi.Send) { s.Template = "../receipt" }, errs.Unprocessable, "template"},
		"bad data":             {"11", func(s *mailapi.Send) { s.Data = json.RawMessage(`{"x":1}`) }, errs.Unprocessable, "data"},
		"file with a path": {"12", func(s *mailapi.Send) {
			s.Attachments = []mailapi.Attachment{{Filename: "../a.pdf", ContentType: "application/pdf", Content: []byte("x")}}
		}, errs.Unprocessable, "attachments.0.filename"},
		"type with a header": {"13", func(s *mailapi.Send) {
			s.Attachments = []mailapi.Attachment{{Filename: "a.pdf", ContentType: "application/pdf\r\nX: y", Content: []byte("x")}}
		}, errs.Unprocessable, "attachments.0.content_type"},
		"too much attached": {"14", func(s *mailapi.Send) {
			s.Attachments = []mailapi.Attachment{{Filename: "a.pdf", ContentType: "application/pdf", Content: make([]byte, maxAttached+1)}}
		}, errs.Unprocessable, "attachments"},
	} {
		t.Run(name, func(t *testing.T) {
			req := request(t)
			test.change(&req)
			_, err := f.Send(t.Context(), test.key, req)
			e, ok := errors.AsType[*errs.Error](err)
			if !ok || e.Kind != test.kind || (test.field != "" && e.Fields[test.field] == "") {
				t.Errorf("Send = %v with fields %v", err, e.Fields)
			}
		})
	}
	if len(f.primary.sent) != 0 {
		t.Errorf("%d sends", len(f.primary.sent))
	}
}

func TestRecipient(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ada@example.com":                 "ada@example.com",
		"Ada.L+shop@EXAMPLE.com":          "Ada.L+shop@example.com",
		"Ada Lovelace <ada@example.com>":  "ada@example.com",
		"o'neil@example.com":              "o'neil@example.com",
		"ada@exämple.com":                 "ada@xn--exmple-cua.com",
		"root@localhost":                  "root@localhost",
		"\u202eada@example.com\u202e x@y": "",
	} {
		if got, reason := recipient(in); got != want || (reason == "") != (want != "") {
			t.Errorf("recipient(%q) = %q, %q; want %q", in, got, reason, want)
		}
	}
}
