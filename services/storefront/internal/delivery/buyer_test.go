package delivery

import (
	"testing"

	"doorstep.example/pkg/config"
	"doorstep.example/services/storefront/internal/order"
)

func TestBuyerKey(t *testing.T) {
	const one, two = "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "k2:YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY="
	parse := func(keys ...config.Secret) *Tokens {
		tokens, err := ParseKeys(keys)
		if err != nil {
			t.Fatal(err)
		}
		return tokens
	}
	old, rotated, other := parse(one), parse(two, one), parse(two)
	mine, theirs := order.NewID(), order.NewID()
	key := old.BuyerKey(mine)
	for _, test := range []struct {
		name   string
		tokens *Tokens
		id     order.ID
		key    string
		want   bool
	}{
		{"its own", old, mine, key, true},
		{"a key that is rotated out", rotated, mine, key, true},
		{"a key that is gone", other, mine, key, false},
		{"another order's", old, theirs, key, false},
		{"none", old, mine, "", false},
		{"cut", old, mine, key[:len(key)-1], false},
	} {
		if got := test.tokens.KnowsBuyer(test.id, test.key); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}
