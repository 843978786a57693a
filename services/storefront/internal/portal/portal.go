// Package portal lets buyers see everything that they have bought, without a
// password: a link by mail, and a session in a cookie.
//
//	Ask → a login row and a mail intent, for known and unknown addresses alike
//	    → the send job asks Mail, which writes to buyers only
//	/portal/enter?token=… → a page that starts nothing, because mail gateways open links
//	    → POST → Enter uses the link up and opens a session → a cookie
//
// What the database holds opens nothing by itself: of a link and of a cookie it has
// SHA-256 hashes. The token of a link is made of the login's id with a key, so that
// the mail can be composed again, to the byte, without the token being kept. Where
// DOWNLOAD_KEYS is set, the key is not in the database either.
package portal

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/contact"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/limit"
	"doorstep.example/services/storefront/internal/store"
)

// linkLife is how long a sign-in link works: time to look into the inbox.
const linkLife = 15 * time.Minute

// Portal lets buyers in.
type Portal struct {
	DB      *database.DB
	Queue   *jobs.Queue
	Keys    Keys
	Seller  mailapi.Seller
	ShopURL string
	Now     func() time.Time
}

// Keys make the tokens of links: the first makes new ones, the others still know
// those in mails that are waiting while a key is being rotated.
type Keys [][]byte

// NewKeys derives the portal's keys from DOWNLOAD_KEYS. Without any, one is made once
// and kept in the database.
func NewKeys(ctx context.Context, db *database.DB, secrets config.Secrets) (Keys, error) {
	if len(secrets) == 0 {
		var made string
		err := db.InTx(ctx, func(tx database.Tx) (err error) {
			made, err = store.Setting(ctx, tx, "portal_key", rand.Text)
			return err
		})
		if err != nil {
			return nil, err
		}
		secrets = config.Secrets{config.Secret(made)}
	}
	var keys Keys
	for _, secret := range secrets {
		// Other keys than those that sign downloads (RFC 5869): no link of one sort can
		// ever pass for the other.
		key, err := hkdf.Key(sha256.New, []byte(secret.Reveal()), nil, "doorstep portal link", sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("derive the portal's key: %w", err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// token makes the token of a login: 256 bits that nobody can guess without the key.
func token(key []byte, loginID string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(loginID))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// token finds the token of a login again; "" if its key is gone.
func (k Keys) token(l store.Login) string {
	for _, key := range k {
		if t := token(key, l.ID); hash(t) == l.TokenHash {
			return t
		}
	}
	return ""
}

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Ask intends the mail with a sign-in link. It does the same for every address, and
// does not look whether anybody bought under it: that is asked when the mail is about
// to be sent (Mail), where nobody waits for the answer and can measure it. Invalid for
// what is not an address, RateLimited after five in an hour for the same one.
func (p *Portal) Ask(ctx context.Context, email, lang string) error {
	email, reason := contact.CleanEmail(email)
	if reason != "" {
		return &errs.Error{Kind: errs.Invalid, Message: "Please correct the marked fields.", Fields: map[string]string{"email": reason}}
	}
	email = strings.ToLower(email)
	now := p.Now()
	id := store.NewLoginID()
	return p.DB.InTx(ctx, func(tx database.Tx) error {
		wait, err := store.Take(ctx, tx, "login", email, limit.Login.N, limit.Login.Per, now)
		if err != nil {
			return err
		}
		if wait > 0 {
			return limit.Refused("login by address", wait)
		}
		err = store.InsertLogin(ctx, tx, store.Login{
			ID: id, TokenHash: hash(token(p.Keys[0], id)), Email: email, Lang: lang, CreatedAt: now, ExpiresAt: now.Add(linkLife),
		})
		if err != nil {
			return err
		}
		message, _, err := store.InsertMessage(ctx, tx, store.Message{
			Purpose: store.PurposeLogin + id, Template: mailapi.TemplateLogin, To: email, CreatedAt: now,
		})
		if err != nil {
			return err
		}
		return p.Queue.Enqueue(ctx, tx, jobs.SendArgs{MessageID: message}, 0)
	})
}
