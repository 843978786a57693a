package delivery

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"doorstep.example/services/storefront/internal/order"
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

func sealBuyer(key []byte, id order.ID) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("doorstep buyer of order " + id)) // a JWT never begins so
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:buyerKey])
}
