package account

import (
	"crypto/rand"
	"math/big"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newID returns prefix and n random characters, as Stripe's ids are made.
func newID(prefix string, n int) string {
	id := make([]byte, n)
	for i := range id {
		c, err := rand.Int(rand.Reader, big.NewInt(int64(len(base62))))
		if err != nil {
			panic("account: the system has no randomness: " + err.Error())
		}
		id[i] = base62[c.Int64()]
	}
	return prefix + string(id)
}

// NewRequestID returns an id for the Request-Id header.
func NewRequestID() string { return newID("req_", 14) }
