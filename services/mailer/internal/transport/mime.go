package transport

import (
	"bytes"
	"fmt"
	"regexp"

	"github.com/wneessen/go-mail"
)

// boundaryLine matches where a boundary is declared. Bodies cannot contain it:
// they are quoted-printable or base64, where the equals sign is escaped or last.
var boundaryLine = regexp.MustCompile(`\r\n boundary=([0-9a-zA-Z]{30,70})\r\n`)

// MIME writes m as a mail: multipart/mixed(alternative(text, html), attachments).
// The same message gives the same bytes.
func (m *Message) MIME() ([]byte, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithEncoding(mail.EncodingQP))
	if err := msg.From(m.From); err != nil {
		return nil, fmt.Errorf("set the sender: %w", err)
	}
	if err := msg.To(m.To); err != nil {
		return nil, fmt.Errorf("set the recipient: %w", err)
	}
	if m.ReplyTo != "" {
		if err := msg.ReplyTo(m.ReplyTo); err != nil {
			return nil, fmt.Errorf("set the reply address: %w", err)
		}
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.Date.UTC())
	msg.SetMessageIDWithValue(m.MessageID())
	for name, value := range m.headers() {
		msg.SetGenHeader(mail.Header(name), value)
	}
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	for _, a := range m.Attachments {
		msg.AttachReadSeeker(a.Filename, bytes.NewReader(a.Content), mail.WithFileContentType(mail.ContentType(a.ContentType)))
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return nil, fmt.Errorf("write the mail: %w", err)
	}
	return m.fixBoundaries(raw.Bytes()), nil
}

// fixBoundaries replaces the library's random boundaries, nested ones included,
// by ones that follow from the key.
func (m *Message) fixBoundaries(raw []byte) []byte {
	for i, found := range boundaryLine.FindAllSubmatch(raw, -1) {
		fixed := m.digest(fmt.Sprintf("boundary %d", i))[:len(found[1])]
		raw = bytes.ReplaceAll(raw, found[1], []byte(fixed))
	}
	return raw
}
