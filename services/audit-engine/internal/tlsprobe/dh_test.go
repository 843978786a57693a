package tlsprobe

import (
	"fmt"
	"math/big"
	"testing"
)

// TestStandardPrimes computes the primes from the formulas of their RFCs.
func TestStandardPrimes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		bits   uint
		offset int64
		of     func(bits uint) *big.Int
	}{
		{"RFC 3526 group 5", 1536, 741804, pi},
		{"RFC 3526 group 14", 2048, 124476, pi},
		{"RFC 3526 group 15", 3072, 1690314, pi},
		{"RFC 3526 group 16", 4096, 240904, pi},
		{"RFC 3526 group 17", 6144, 929484, pi},
		{"RFC 3526 group 18", 8192, 4743158, pi},
		{"RFC 7919 ffdhe2048", 2048, 560316, euler},
		{"RFC 7919 ffdhe3072", 3072, 2625351, euler},
		{"RFC 7919 ffdhe4096", 4096, 5736041, euler},
		{"RFC 7919 ffdhe6144", 6144, 15705020, euler},
		{"RFC 7919 ffdhe8192", 8192, 10965728, euler},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			// 2^b - 2^(b-64) + ([2^(b-130) c] + offset) 2^64 - 1
			one := big.NewInt(1)
			prime := tt.of(tt.bits - 130)
			prime.Add(prime, big.NewInt(tt.offset)).Lsh(prime, 64)
			prime.Add(prime, new(big.Int).Lsh(one, tt.bits)).Sub(prime, new(big.Int).Lsh(one, tt.bits-64)).Sub(prime, one)
			got := describe([]dhSeen{{prime: prime.Bytes()}})[0]
			if got.Name != tt.name || !got.Standard || got.SafePrime != Yes || got.Bits != int(tt.bits) {
				t.Errorf("describe = %+v", got)
			}
		})
	}
}

func TestOtherPrimes(t *testing.T) {
	t.Parallel()
	mersenne := func(n uint) []byte { // a prime, and (p-1)/2 is odd but not one
		p := new(big.Int).Lsh(big.NewInt(1), n)
		return p.Sub(p, big.NewInt(1)).Bytes()
	}
	safe, _ := new(big.Int).SetString("da583c16d9852289d0e4af756f4cca92dd4be533b804fb0fed94ef9c8a4403ed574650d36999db29d776276ba2d3d412e218f4dd1e084cf6d8003e7c4774e833", 16)
	got := describe([]dhSeen{
		{prime: mersenne(1279)},
		{prime: safe.Bytes(), export: true},
		{prime: mersenne(4423)},
	})
	want := []string{
		"512 OpenSSL sample standard false safe yes export true",
		"1279  standard false safe no export false",
		"4423  standard false safe unknown export false",
	}
	for i, g := range got {
		text := fmt.Sprintf("%d %s standard %v safe %v export %v", g.Bits, g.Name, g.Standard, g.SafePrime, g.Export)
		if text != want[i] || g.Known() != (g.Name != "") {
			t.Errorf("describe[%d] = %s, want %s", i, text, want[i])
		}
	}
}

// pi returns the integer part of 2^bits π, by Machin's formula.
func pi(bits uint) *big.Int {
	const guard = 64
	arctan := func(inverse int64) *big.Int { // 2^(bits+guard) arctan(1/inverse)
		x := big.NewInt(inverse)
		term := new(big.Int).Lsh(big.NewInt(1), bits+guard)
		term.Quo(term, x)
		sum := new(big.Int).Set(term)
		square := new(big.Int).Mul(x, x)
		for n := int64(3); term.Sign() != 0; n += 2 {
			term.Quo(term, square)
			part := new(big.Int).Quo(term, big.NewInt(n))
			if n%4 == 3 {
				part.Neg(part)
			}
			sum.Add(sum, part)
		}
		return sum
	}
	sum := arctan(5)
	sum.Mul(sum, big.NewInt(4)).Sub(sum, arctan(239)).Mul(sum, big.NewInt(4))
	return sum.Rsh(sum, guard)
}

// euler returns the integer part of 2^bits e.
func euler(bits uint) *big.Int {
	const guard = 64
	term := new(big.Int).Lsh(big.NewInt(1), bits+guard)
	sum := new(big.Int).Set(term)
	for n := int64(1); term.Sign() != 0; n++ {
		term.Quo(term, big.NewInt(n))
		sum.Add(sum, term)
	}
	return sum.Rsh(sum, guard)
}
