package dispatch

import (
	"fmt"
	"mime"
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"doorstep.example/pkg/mailapi"
)

// Limits of a request. 16 MiB of attachments become 22 MiB as base64, which is
// what most servers take.
const (
	maxAddress     = 254 // RFC 5321
	maxOrderID     = 64
	maxAttachments = 10
	maxFilename    = 150
	maxAttached    = 16 << 20
)

// recipient returns the one bare address of text, its domain in ASCII, or why it
// cannot be used.
func recipient(text string) (address, reason string) {
	if text == "" {
		return "", "an address is missing"
	}
	if strings.IndexFunc(text, unicode.IsControl) >= 0 {
		return "", "holds a line break or another control character"
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil || len(text) > 2*maxAddress {
		return "", "is not exactly one mail address"
	}
	at := strings.LastIndex(parsed.Address, "@")
	local, domain := parsed.Address[:at], parsed.Address[at+1:]
	if strings.IndexFunc(local, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"(),:;<>@[\]`, r) }) >= 0 {
		return "", "has characters before the @ that not every mail server takes"
	}
	domain, err = idna.Lookup.ToASCII(domain)
	if err != nil || domain == "" {
		return "", "has no usable domain after the @"
	}
	if address = local + "@" + domain; len(address) > maxAddress {
		return "", fmt.Sprintf("is longer than %d characters", maxAddress)
	}
	return address, ""
}

// orderID checks what becomes a header and a tag. Alerts may concern no order.
func orderID(id string) (reason string) {
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' {
			return "may hold letters, digits, _ and - only"
		}
	}
	if len(id) > maxOrderID {
		return fmt.Sprintf("is longer than %d characters", maxOrderID)
	}
	return ""
}

func attachments(files []mailapi.Attachment) map[string]string {
	bad := map[string]string{}
	if len(files) > maxAttachments {
		bad["attachments"] = fmt.Sprintf("are more than %d", maxAttachments)
		return bad
	}
	total := 0
	for i, f := range files {
		field := fmt.Sprintf("attachments.%d.", i)
		if f.Filename == "" || len(f.Filename) > maxFilename || strings.ContainsAny(f.Filename, `/\"`) ||
			strings.IndexFunc(f.Filename, unicode.IsControl) >= 0 {
			bad[field+"filename"] = fmt.Sprintf("must be a plain file name of at most %d bytes", maxFilename)
		}
		if kind, _, err := mime.ParseMediaType(f.ContentType); err != nil || kind != f.ContentType || !strings.Contains(kind, "/") {
			bad[field+"content_type"] = "must be a type such as application/pdf"
		}
		if len(f.Content) == 0 {
			bad[field+"content"] = "is empty"
		}
		total += len(f.Content)
	}
	if total > maxAttached {
		bad["attachments"] = fmt.Sprintf("are larger than %d MiB together; send a link instead", maxAttached>>20)
	}
	return bad
}
