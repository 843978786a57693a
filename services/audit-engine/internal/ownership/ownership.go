// Package ownership looks for the proof that whoever ordered a red-team audit controls
// its target: a token that only they were told, in one of three places that only they
// can write to.
//
//	DNS    a TXT record at _doorstep-challenge.REGISTRABLE-DOMAIN
//	file   /.well-known/doorstep-verification.txt on the very host and port
//	meta   <meta name="doorstep-verification" content="TOKEN"> on its front page
//
// The file and the tag prove their host alone, so redirects are not followed. The
// record proves every host of its domain; a suffix that strangers share, such as
// github.io, is nobody's domain and proves nothing.
package ownership

import (
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/publicsuffix"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/guard"
)

const (
	record   = "_doorstep-challenge."
	file     = "/.well-known/doorstep-verification.txt"
	metaName = "doorstep-verification"
	// minToken is the shortest token that cannot be guessed: 128 bits take 22
	// characters of base64 and 26 of base32.
	minToken = 22
	maxToken = 128
	// lookup bounds the question for the record.
	lookup = 5 * time.Second
)

// Resolver looks TXT records up; *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// Prover looks for proofs.
type Prover struct {
	Resolver Resolver // default: the system's
	Now      func() time.Time
}

// CheckToken refuses what is no token: Invalid.
func CheckToken(token string) error {
	if len(token) < minToken || len(token) > maxToken || strings.ContainsFunc(token, notToken) {
		return &errs.Error{
			Kind: errs.Invalid, Message: "The ownership token must be 22 to 128 letters, digits, dashes and underscores.",
			Fields: map[string]string{"ownership.token": "must be 22 to 128 letters, digits, dashes and underscores"},
		}
	}
	return nil
}

func notToken(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

// Look looks for the token in all three places, through client where the target itself
// is asked. A proof that is not there is no error: the answer says what was seen. Its
// errors are the guard's refusals.
func (p *Prover) Look(ctx context.Context, client *guard.Client, target guard.Target, token string) (auditapi.Proof, error) {
	if err := CheckToken(token); err != nil {
		return auditapi.Proof{}, err
	}
	now := time.Now
	if p.Now != nil {
		now = p.Now
	}
	var seen []string
	for _, place := range []func() (string, string, error){
		func() (string, string, error) { return p.dns(ctx, target, token) },
		func() (string, string, error) { return fromFile(ctx, client, target, token) },
		func() (string, string, error) { return fromMeta(ctx, client, target, token) },
	} {
		method, detail, err := place()
		if err != nil {
			return auditapi.Proof{}, err
		}
		if method != "" {
			return auditapi.Proof{Proven: true, Method: method, Detail: detail, At: now().UTC()}, nil
		}
		seen = append(seen, detail)
	}
	return auditapi.Proof{Detail: strings.Join(seen, " "), At: now().UTC()}, nil
}

// dns looks for the record of the target's registrable domain.
func (p *Prover) dns(ctx context.Context, target guard.Target, token string) (method, detail string, err error) {
	domain, err := publicsuffix.EffectiveTLDPlusOne(strings.TrimSuffix(target.Host(), "."))
	if err != nil {
		return "", "The host has no domain of its own, so no DNS record can prove it.", nil
	}
	resolver := p.Resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	ctx, cancel := context.WithTimeout(ctx, lookup)
	defer cancel()
	name := record + domain
	values, err := resolver.LookupTXT(ctx, name)
	switch dns, is := errors.AsType[*net.DNSError](err); {
	case is && dns.IsNotFound:
		return "", "There is no TXT record at " + name + ".", nil
	case err != nil:
		return "", "The TXT record at " + name + " cannot be looked up just now.", nil
	case slices.ContainsFunc(values, func(v string) bool { return same(strings.TrimSpace(v), token) }):
		return "dns", "TXT record at " + name, nil
	}
	return "", "The TXT record at " + name + " says something else.", nil
}

// fromFile looks for the file on the target's host and port.
func fromFile(ctx context.Context, client *guard.Client, target guard.Target, token string) (method, detail string, err error) {
	resp, err := ask(ctx, client, target, file)
	if err != nil {
		return "", "", err
	}
	where := resp.URL.String()
	if resp.Status != http.StatusOK {
		return "", fmt.Sprintf("%s answers %d.", where, resp.Status), nil
	}
	text := strings.TrimPrefix(string(resp.Body), "\ufeff") // Windows' editor begins files with one
	for line := range strings.Lines(text) {
		if same(strings.TrimSpace(line), token) {
			return "file", "file at " + where, nil
		}
	}
	return "", where + " does not hold the token.", nil
}

// fromMeta looks for the tag on the front page.
func fromMeta(ctx context.Context, client *guard.Client, target guard.Target, token string) (method, detail string, err error) {
	resp, err := ask(ctx, client, target, "/")
	if err != nil {
		return "", "", err
	}
	where := resp.URL.String()
	if resp.Status != http.StatusOK {
		return "", fmt.Sprintf("%s answers %d.", where, resp.Status), nil
	}
	for _, content := range metas(resp.Body) {
		if same(strings.TrimSpace(content), token) {
			return "meta", "meta tag on " + where, nil
		}
	}
	return "", where + " has no such meta tag.", nil
}

func ask(ctx context.Context, client *guard.Client, target guard.Target, path string) (*guard.Response, error) {
	sibling, err := client.Sibling(target, path)
	if err != nil {
		return nil, err
	}
	return client.Do(ctx, guard.Request{Target: sibling, NoFollow: true})
}

// metas are the contents of the page's verification tags.
func metas(page []byte) []string {
	var found []string
	tokens := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return found
		case html.StartTagToken, html.SelfClosingTagToken:
			t := tokens.Token()
			if t.Data != "meta" {
				continue
			}
			attrs := map[string]string{}
			for _, a := range t.Attr {
				attrs[strings.ToLower(a.Key)] = a.Val
			}
			if strings.EqualFold(attrs["name"], metaName) {
				found = append(found, attrs["content"])
			}
		}
	}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
