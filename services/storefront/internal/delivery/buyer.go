package delivery

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"strings"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

// buyerKey is how many bytes of the hash a key has: 128 bits.
const buyerKey = 16

// BuyerKey tells the buyer of an order from others who were shown its page: the return
// from the payment and the links in the order's mails carry it. Whoever has it may
// change where the goods are sent to.
func (t *Tokens) BuyerKey(id order.ID) string { return sealBuyer(t.keys[t.signing], id) }

// KnowsBuyer reports whether key is one of the order's, also under a key that is being
// rotated out.
func (t *Tokens) KnowsBuyer(id order.ID, key string) bool {
	known := false
	for _, k := range t.keys {
		known = hmac.Equal([]byte(key), []byte(sealBuyer(k, id))) || known
	}
	return known
}

// Proofs make the tokens by which buyers prove control of an audit's target. Their key
// is made once and kept: a token that somebody has put into their DNS must stay.
type Proofs struct{ key []byte }

// NewProofs reads the key from the database, where it is made at the first start.
func NewProofs(ctx context.Context, db *database.DB) (*Proofs, error) {
	var key string
	err := db.InTx(ctx, func(tx database.Tx) (err error) {
		key, err = store.Setting(ctx, tx, "proof_key", rand.Text)
		return err
	})
	return &Proofs{key: []byte(key)}, err
}

// Token is the order's: 160 bits, in letters and digits that a DNS form takes.
func (p *Proofs) Token(id order.ID) string {
	mac := hmac.New(sha256.New, p.key)
	mac.Write([]byte("doorstep proof of order " + id))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:proofToken]))
}

// proofToken is how many bytes of the hash a token has.
const proofToken = 20

func sealBuyer(key []byte, id order.ID) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("doorstep buyer of order " + id)) // a JWT never begins so
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:buyerKey])
}
