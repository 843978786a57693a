package transport

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep.example/pkg/mailapi"
)

var t0 = time.Date(2026, 11, 22, 2, 13, 9, 123e6, time.UTC)

func message() *Message {
	return &Message{
		ID: "m1", Key: "order-1/report", Date: t0, From: "Zoë's Shop <orders@shop.example>", ReplyTo: "help@shop.example",
		To: "ada@example.com", Subject: "Your audit of exämple.com 🌱: grade C",
		Text: "Hello\n.\n..dots at line starts\nFrom here\n", HTML: "<p>Hello — ünïcode</p>\n", Template: "report", OrderID: "o1",
		Attachments: []mailapi.Attachment{{Filename: "bericht-ä.pdf", ContentType: "application/pdf", Content: bytes.Repeat([]byte{0, 255, '\r', '\n', '.'}, 500)}},
	}
}

// classOf fails the test unless err is an *Error, and returns its class.
func classOf(t *testing.T, err error) Class {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error = %v, want a *transport.Error", err)
	}
	if strings.Contains(e.Message, "ada@example.com") {
		t.Errorf("the message for people names the recipient: %s", e.Message)
	}
	return e.Class
}

// checkMail reads raw as a mail program would, and compares it with m.
func checkMail(t *testing.T, m *Message, raw []byte) {
	t.Helper()
	got, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"X-Order-Id": m.OrderID, "X-Template": m.Template, "X-Entity-Ref-ID": m.ID, "Auto-Submitted": "auto-generated",
		"Message-ID": "<" + m.MessageID() + ">", "To": "<" + m.To + ">", "Reply-To": "<" + m.ReplyTo + ">",
		"User-Agent": "", "X-Mailer": "", "Bcc": "", "Cc": "", "List-Unsubscribe": "",
	} {
		if v := got.Header.Get(name); v != want {
			t.Errorf("header %s = %q, want %q", name, v, want)
		}
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("subject = %q, %v", subject, err)
	}
	if date, err := got.Header.Date(); err != nil || !date.Equal(m.Date.Truncate(time.Second)) {
		t.Errorf("date = %v, %v", date, err)
	}
	mixed := parts(t, got.Header.Get("Content-Type"), got.Body, "multipart/mixed")
	if len(mixed) != 1+len(m.Attachments) {
		t.Fatalf("%d parts", len(mixed))
	}
	alternative := parts(t, mixed[0].kind, bytes.NewReader(mixed[0].body), "multipart/alternative")
	if len(alternative) != 2 || !strings.HasPrefix(alternative[0].kind, "text/plain") || !strings.HasPrefix(alternative[1].kind, "text/html") {
		t.Fatalf("alternative = %v", alternative)
	}
	for i, want := range []string{m.Text, m.HTML} {
		if text := strings.ReplaceAll(string(alternative[i].body), "\r\n", "\n"); text != want {
			t.Errorf("part %d = %q, want %q", i, text, want)
		}
	}
	if !bytes.Equal(mixed[1].body, m.Attachments[0].Content) || mixed[1].filename != m.Attachments[0].Filename {
		t.Errorf("attachment %q of %d bytes differs", mixed[1].filename, len(mixed[1].body))
	}
}

type part struct {
	kind, filename string
	body           []byte
}

func parts(t *testing.T, contentType string, body io.Reader, want string) []part {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != want {
		t.Fatalf("type %q, %v; want %s", contentType, err, want)
	}
	var list []part
	for r := multipart.NewReader(body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, decode(t, p))
	}
}

func decode(t *testing.T, p *multipart.Part) part {
	t.Helper()
	var r io.Reader = p
	switch p.Header.Get("Content-Transfer-Encoding") {
	case "quoted-printable":
		r = quotedprintable.NewReader(p)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, p)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	name, err := new(mime.WordDecoder).DecodeHeader(p.FileName())
	if err != nil {
		t.Fatal(err)
	}
	return part{kind: p.Header.Get("Content-Type"), filename: name, body: body}
}

func TestMIME(t *testing.T) {
	t.Parallel()
	m := message()
	first, err := m.MIME()
	if err != nil {
		t.Fatal(err)
	}
	checkMail(t, m, first)
	again, err := m.MIME()
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("the same message gave other bytes (%v)", err)
	}
	for line := range bytes.SplitSeq(bytes.TrimSuffix(first, []byte("\r\n")), []byte("\r\n")) {
		if bytes.ContainsAny(line, "\r\n") || len(line) > 998 {
			t.Fatalf("a bare CR or LF, or a line too long: %q", line)
		}
	}
}

func TestMIMERefusesInjection(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Message){
		"line break in to":       func(m *Message) { m.To = "ada@example.com\r\nBcc: eve@example.com" },
		"two recipients":         func(m *Message) { m.To = "ada@example.com, eve@example.com" },
		"line break in reply-to": func(m *Message) { m.ReplyTo = "a@b.c\r\nX: y" },
		"line break in from":     func(m *Message) { m.From = "a@b.c\r\nX: y" },
	} {
		m := message()
		change(m)
		if raw, err := m.MIME(); err == nil {
			t.Errorf("%s was written:\n%s", name, raw[:300])
		}
	}
	m := message()
	m.Subject = "hello\r\nBcc: eve@example.com"
	raw, err := m.MIME()
	if err != nil {
		t.Fatal(err)
	}
	if parsed, err := mail.ReadMessage(bytes.NewReader(raw)); err != nil || parsed.Header.Get("Bcc") != "" {
		t.Errorf("the subject made a header: %v, %v", parsed.Header, err)
	}
}

func TestOutbox(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "var", "outbox")
	o, err := NewOutbox(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := message()
	for range 2 {
		got, err := o.Send(t.Context(), m)
		if err != nil || got.ProviderID != "20261122T021309.123Z-report-m1.eml" {
			t.Fatalf("Send = %+v, %v", got, err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v; want 1", len(files), err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	checkMail(t, m, raw)
	if err := o.Ready(); err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if o.Ready() == nil {
		t.Error("ready without a folder")
	}
	if _, err := o.Send(t.Context(), m); classOf(t, err) != Retry {
		t.Errorf("without a folder: %v", err)
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	got := Quote("550 <ada@example.com>\r\n no\x00 such user "+strings.Repeat("x", 1000), "ada@example.com")
	if !strings.HasPrefix(got, "550 <the recipient> no such user xxx") || len([]rune(got)) != maxDetail {
		t.Errorf("Quote = %q", got)
	}
}
