package delivery

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/store"
)

const (
	issuer   = "doorstep"
	audience = "download"
	// minKey is the shortest signing key, in bytes: as long as the hash.
	minKey = 32
	// generatedKID names the key that the installation made for itself.
	generatedKID = "auto"
)

// Tokens signs and reads the links in mails: JWTs (HS256) that name a grant. The
// database decides what a grant is worth; the signature only keeps guesses away.
type Tokens struct {
	signing string // kid
	keys    map[string][]byte
}

// NewTokens reads DOWNLOAD_KEYS. Without any, a key is made once and kept in the
// database.
func NewTokens(ctx context.Context, db *database.DB, keys config.Secrets) (*Tokens, error) {
	if len(keys) == 0 {
		key, err := generatedKey(ctx, db)
		if err != nil {
			return nil, err
		}
		keys = config.Secrets{config.Secret(generatedKID + ":" + key)}
	}
	return ParseKeys(keys)
}

// ParseKeys reads keys written as `kid:base64`: the first signs, all verify. The error
// is that of the variable DOWNLOAD_KEYS.
func ParseKeys(keys config.Secrets) (*Tokens, error) {
	t := &Tokens{keys: map[string][]byte{}}
	for _, entry := range keys {
		kid, encoded, _ := strings.Cut(entry.Reveal(), ":")
		key, err := base64.StdEncoding.DecodeString(encoded)
		if kid == "" || err != nil || len(key) < minKey {
			return nil, config.Bad("DOWNLOAD_KEYS", "each entry must be kid:base64 of at least %d bytes, for example k1:$(openssl rand -base64 32)", minKey)
		}
		if _, twice := t.keys[kid]; twice {
			return nil, config.Bad("DOWNLOAD_KEYS", "names a kid twice")
		}
		if t.signing == "" {
			t.signing = kid
		}
		t.keys[kid] = key
	}
	return t, nil
}

func generatedKey(ctx context.Context, db *database.DB) (string, error) {
	var key string
	err := db.InTx(ctx, func(tx database.Tx) (err error) {
		key, err = store.Setting(ctx, tx, "download_key", func() string {
			raw := make([]byte, minKey)
			_, _ = rand.Read(raw) // never fails (crypto/rand)
			return base64.StdEncoding.EncodeToString(raw)
		})
		return err
	})
	return key, err
}

// Sign returns the token of a grant. The same grant gives the same token, so that a
// mail that is tried again is the same mail.
func (t *Tokens) Sign(g store.Grant) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Issuer: issuer, Audience: jwt.ClaimStrings{audience}, ID: g.ID,
		IssuedAt: jwt.NewNumericDate(g.CreatedAt), ExpiresAt: jwt.NewNumericDate(g.ExpiresAt),
	})
	token.Header["kid"] = t.signing
	return token.SignedString(t.keys[t.signing])
}

// Grant returns the id of the grant that token names. A token whose time is over
// still names its grant, with expired true: its holder may ask for a new link.
// NotFound for anything that we did not sign.
func (t *Tokens) Grant(token string, now time.Time) (id string, expired bool, err error) {
	var claims jwt.RegisteredClaims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(issuer),
		jwt.WithAudience(audience), jwt.WithExpirationRequired(), jwt.WithTimeFunc(func() time.Time { return now }))
	_, err = parser.ParseWithClaims(token, &claims, func(token *jwt.Token) (any, error) {
		kid, _ := token.Header["kid"].(string)
		key, ok := t.keys[kid]
		if !ok {
			return nil, errors.New("unknown key id")
		}
		return key, nil
	})
	onlyExpired := errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenInvalidIssuer) &&
		!errors.Is(err, jwt.ErrTokenInvalidAudience) && !errors.Is(err, jwt.ErrTokenUsedBeforeIssued)
	if (err != nil && !onlyExpired) || claims.ID == "" {
		return "", false, errs.Wrap(errs.NotFound, err, "This link is not one of ours. Please use the link in your mail as it stands.")
	}
	return claims.ID, onlyExpired, nil
}
