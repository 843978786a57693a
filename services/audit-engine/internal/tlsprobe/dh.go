package tlsprobe

import (
	"cmp"
	"crypto/sha256"
	_ "embed" // the table of primes
	"encoding/hex"
	"math/big"
	"slices"
	"strings"
	"sync"
)

// DHGroup is one set of parameters of finite-field Diffie-Hellman.
type DHGroup struct {
	Bits  int    // size of the prime
	Prime string // SHA-256 of the big-endian prime, hexadecimal
	// Name is where the prime is known from: "RFC 7919 ffdhe2048", "Apache 2.2";
	// "" for one that nobody else is known to use.
	Name string
	// Standard tells that it is one of the safe primes of RFC 3526 or RFC 7919. A known
	// prime that is not was built into widely used software: at 1024 bits or less one
	// precomputation breaks all its users (Logjam).
	Standard bool
	// SafePrime tells whether (p-1)/2 is prime too. Unknown above 4096 bits, unless Standard.
	SafePrime Answer
	Export    bool // used with an export suite
}

// Known reports whether other servers are known to share the prime.
func (g DHGroup) Known() bool { return g.Name != "" }

const (
	// maxTestedPrime keeps a primality test below half a second.
	maxTestedPrime = 4096
	// maxTests is how many primes of one server are tested: real ones have one or two.
	maxTests = 4
)

// dhSeen is a prime as a server sent it.
type dhSeen struct {
	prime  []byte
	export bool
}

// describe says what is known of the primes, the weakest first.
func describe(seen []dhSeen) []DHGroup {
	var list []DHGroup
	tests := 0
	for _, s := range seen {
		sum := sha256.Sum256(s.prime)
		g := DHGroup{Bits: bitLength(s.prime), Prime: hex.EncodeToString(sum[:]), Export: s.export}
		if known, found := primes()[g.Prime]; found {
			g.Name, g.Standard = known.name, known.standard
		}
		switch {
		case g.Standard:
			g.SafePrime = Yes
		case g.Bits <= maxTestedPrime && tests < maxTests:
			tests++
			g.SafePrime = isSafePrime(new(big.Int).SetBytes(s.prime))
		}
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b DHGroup) int {
		return cmp.Or(cmp.Compare(a.Bits, b.Bits), cmp.Compare(a.Prime, b.Prime))
	})
	return list
}

func bitLength(bigEndian []byte) int { return new(big.Int).SetBytes(bigEndian).BitLen() }

// isSafePrime runs two rounds of Miller-Rabin and Baillie-PSW on p and (p-1)/2: enough
// to tell apart what servers use; nobody gains by crafting a composite.
func isSafePrime(p *big.Int) Answer {
	if p.ProbablyPrime(2) && new(big.Int).Rsh(p, 1).ProbablyPrime(2) {
		return Yes
	}
	return No
}

//go:embed primes.txt
var primeTable string

type knownPrime struct {
	name     string
	standard bool
}

// primes are the known ones by hash. Each line of the table is "hash kind name".
var primes = sync.OnceValue(func() map[string]knownPrime {
	known := map[string]knownPrime{}
	for line := range strings.Lines(primeTable) {
		fields := strings.SplitN(strings.TrimSpace(line), " ", 3)
		known[fields[0]] = knownPrime{name: fields[2], standard: fields[1] == "standard"}
	}
	return known
})
