package stack

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
)

// Mail is one sent mail.
type Mail struct {
	Path        string // of the .eml
	OrderID     string
	Template    string
	To          string
	Subject     string
	Text        string // the plain part
	HTML        string
	Attachments []Attachment
}

// Attachment is a file in a mail.
type Attachment struct {
	Name    string
	Type    string
	Content []byte
}

// Mails reads the outbox: what was sent for an order, of one template or of all.
func (s *Stack) Mails(orderID, template string) ([]Mail, error) {
	files, err := filepath.Glob(filepath.Join(s.Outbox(), "*.eml"))
	if err != nil {
		return nil, err
	}
	var list []Mail
	for _, path := range files {
		m, err := readMail(path)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		if (orderID == "" || m.OrderID == orderID) && (template == "" || m.Template == template) {
			list = append(list, m)
		}
	}
	return list, nil
}

func readMail(path string) (Mail, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Mail{}, err
	}
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, err
	}
	m := Mail{Path: path, OrderID: message.Header.Get("X-Order-Id"), Template: message.Header.Get("X-Template"), To: message.Header.Get("To")}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil {
		return Mail{}, err
	}
	return m, m.walk(message.Header.Get, message.Body)
}

// walk reads a part, and the parts within it.
func (m *Mail) walk(header func(string) string, body io.Reader) error {
	mediaType, params, err := mime.ParseMediaType(header("Content-Type"))
	if err != nil {
		return fmt.Errorf("parse a content type: %w", err)
	}
	if strings.HasPrefix(mediaType, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := m.walk(part.Header.Get, part); err != nil {
				return err
			}
		}
	}
	content, err := io.ReadAll(decode(header("Content-Transfer-Encoding"), body))
	if err != nil {
		return err
	}
	disposition, more, _ := mime.ParseMediaType(header("Content-Disposition")) // none is a body part
	switch {
	case disposition == "attachment":
		m.Attachments = append(m.Attachments, Attachment{Name: more["filename"], Type: mediaType, Content: content})
	case mediaType == "text/html":
		m.HTML = string(content)
	default:
		m.Text = string(content)
	}
	return nil
}

func decode(encoding string, r io.Reader) io.Reader {
	switch strings.ToLower(encoding) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	default:
		return r
	}
}
