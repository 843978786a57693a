package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"

	"doorstep.example/deploy/e2e/stack"
)

// oneMail returns the one mail of a template; none or two is an error.
func oneMail(s *stack.Stack, orderID, template string) (stack.Mail, error) {
	list, err := s.Mails(orderID, template)
	if err != nil {
		return stack.Mail{}, err
	}
	if len(list) != 1 {
		return stack.Mail{}, fmt.Errorf("%d mails %q for order %s lie in %s, want one", len(list), template, orderID, s.Outbox())
	}
	return list[0], nil
}

// savePDF checks that the attached PDF is whole and the one that was made, and lays a
// copy where a person finds it.
func savePDF(s *stack.Stack, o stack.Order, m stack.Mail) (string, error) {
	if len(m.Attachments) != 1 {
		return "", fmt.Errorf("the mail has %d attachments, want the report", len(m.Attachments))
	}
	pdf := m.Attachments[0]
	if !bytes.HasPrefix(pdf.Content, []byte("%PDF-")) || !bytes.Contains(pdf.Content[max(0, len(pdf.Content)-1024):], []byte("%%EOF")) {
		return "", errors.New("the attached report is not a whole PDF")
	}
	sum := sha256.Sum256(pdf.Content)
	made := ""
	for _, a := range o.Artefacts {
		if a.Name == pdf.Name {
			made = a.SHA256
		}
	}
	if made != hex.EncodeToString(sum[:]) {
		return "", errors.New("the attached PDF is not the one that was made for the order")
	}
	path := filepath.Join(s.Dir, pdf.Name)
	if err := os.WriteFile(path, pdf.Content, 0o600); err != nil {
		return "", fmt.Errorf("save the PDF: %w", err)
	}
	return path, nil
}

var link = regexp.MustCompile(`https?://\S+/download\?token=[\w.-]+`)

// fetchByLink does what a buyer does with the mail: opens the link, presses the
// button, and gets the file. It returns the file's size.
func fetchByLink(ctx context.Context, s *stack.Stack, m stack.Mail, file string) (int, error) {
	address := link.FindString(m.Text)
	if address == "" {
		return 0, fmt.Errorf("the mail %s has no link", m.Path)
	}
	u, err := url.Parse(address)
	if err != nil {
		return 0, err
	}
	resp, _, err := s.Get(ctx, address)
	if err != nil {
		return 0, err
	}
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("the link's page was answered %d", resp.StatusCode)
	}
	resp, _, err = s.Post(ctx, "/download", url.Values{"token": {u.Query().Get("token")}})
	if err != nil {
		return 0, err
	}
	if resp.StatusCode != http.StatusSeeOther {
		return 0, fmt.Errorf("the download button was answered %d", resp.StatusCode)
	}
	resp, got, err := s.Get(ctx, resp.Header.Get("Location"))
	if err != nil {
		return 0, err
	}
	want, err := os.ReadFile(filepath.Join(s.Root, "deploy", "goods", file))
	if err != nil {
		return 0, err
	}
	if resp.StatusCode != http.StatusOK || !bytes.Equal(got, want) {
		return 0, fmt.Errorf("the download was answered %d with %d bytes, want the %d bytes of %s", resp.StatusCode, len(got), len(want), file)
	}
	return len(got), nil
}
