package order

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"math/big"
)

// ID names an order. It is 128 random bits, because whoever knows it sees the
// order page: 26 characters of lower-case Crockford base32, the first 0–7.
type ID string

// crockford is the alphabet without i, l, o and u.
const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

const idLength = 26

// ErrBadID is the answer to a string that cannot be an order's id.
var ErrBadID = errors.New("not an order id")

// NewID returns a fresh id.
func NewID() ID {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails (crypto/rand)
	n, base, digit := new(big.Int).SetBytes(raw[:]), big.NewInt(32), new(big.Int)
	var id [idLength]byte
	for i := idLength - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		id[i] = crockford[digit.Int64()]
	}
	return ID(id[:])
}

// ParseID checks the form of an id that came from outside.
func ParseID(s string) (ID, error) {
	if len(s) != idLength || s[0] > '7' {
		return "", ErrBadID
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z' || c == 'i' || c == 'l' || c == 'o' || c == 'u') {
			return "", ErrBadID
		}
	}
	return ID(s), nil
}

// ReportID is the number printed on the order's report. It follows from the id, so
// that a repeated audit prints the same one, and does not give the id away.
func (id ID) ReportID() string {
	sum := sha256.Sum256([]byte("report:" + id))
	return "AR-" + base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").EncodeToString(sum[:])[:10]
}
