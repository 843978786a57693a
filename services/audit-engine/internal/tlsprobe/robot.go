package tlsprobe

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"slices"
	"sync"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

const (
	// robotConnections bounds Robot: all forms, in whole and in broken-off handshakes,
	// all of one kind again, then two of them robotRepeats times each.
	robotConnections = 40
	robotRepeats     = 10
	// maxModulus in bytes bounds the work of encrypting for a key.
	maxModulus = 2048
	// secretSize is that of the secret in a ClientKeyExchange, in bytes.
	secretSize = 48
)

var (
	errClientCertificate = errors.New("the server asks for a certificate")
	errNoKey             = errors.New("the server showed no RSA key that can be used")
)

// form is a way to pack a client's secret for a key of size bytes, PKCS #1 version 1.5
// (RFC 8017, section 7.2.1).
type form struct {
	name string
	pack func(size int, version uint16) []byte
}

// forms are those of robotattack.org: the first is right, the others each break one rule.
var forms = [...]form{
	{"packed well", func(size int, version uint16) []byte { return packed(size, version) }},
	{"wrong beginning", func(size int, version uint16) []byte {
		return append([]byte{0x41, 0x17}, packed(size, version)[2:]...)
	}},
	{"wrong length", func(size int, _ uint16) []byte {
		m := append([]byte{0, 2}, nonzero(size-2)...)
		m[size-2] = 0
		return m
	}},
	{"no end of the padding", func(size int, _ uint16) []byte { return append([]byte{0, 2}, nonzero(size-2)...) }},
	{"wrong version", func(size int, _ uint16) []byte { return packed(size, SSL20<<8|SSL20) }},
}

// packed is the padding, then the secret, which begins with the version.
func packed(size int, version uint16) []byte {
	m := append([]byte{0, 2}, nonzero(size-2)...)
	m[size-secretSize-1] = 0
	m[size-secretSize], m[size-secretSize+1] = byte(version>>8), byte(version)
	return m
}

// nonzero returns n random bytes without a zero.
func nonzero(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, see its documentation
	for i := range b {
		b[i] = max(b[i], 1)
	}
	return b
}

// Robot is the Active probe for hosts that tell a well packed secret from a badly packed
// one by how they react: whoever asks often enough decrypts recorded connections, or
// signs with the host's key (Bleichenbacher 1998; CVE-2017-13099 and others, see
// https://robotattack.org). RFC 5246 section 7.4.7.1 wants the same reaction to all. It
// asks with the Finished that belongs behind the secret, and without; each difference
// must show again, form by form and then in robotRepeats answers to each of two forms,
// always in random order, so that neither chance nor several servers behind one name
// can make one up.
func Robot(ctx context.Context, c Config, known *Result) (Proof, error) {
	version, suites := rsaExchange(known)
	if len(suites) == 0 {
		return Proof{}, nil
	}
	p := newProber(c.withDefaults())
	p.limit = robotConnections
	o := oracle{prober: p, hello: p.hello(version, ids(suites), true)}
	for _, o.whole = range []bool{true, false} {
		proof, err := o.test(ctx)
		if err != nil || len(proof.Seen) > 0 {
			return proof, err
		}
	}
	return Proof{}, nil
}

// rsaExchange returns the highest version from TLS 1.0 to 1.2 in which clients send
// their secret under the key of the certificate, and the suites of that kind.
func rsaExchange(known *Result) (version uint16, suites []Suite) {
	for _, v := range slices.Backward(oldVersions(known)) {
		for _, s := range v.Suites {
			if s.KeyExchange == "RSA" && !s.Export {
				suites = append(suites, s)
			}
		}
		if len(suites) > 0 {
			return v.ID, suites
		}
	}
	return 0, nil
}

// oracle asks a host how it likes a secret.
type oracle struct {
	*prober
	hello wire.ClientHello
	whole bool // the handshake goes on behind the secret
}

func (o *oracle) test(ctx context.Context) (Proof, error) {
	all := []int{0, 1, 2, 3, 4}
	seen, err := o.ask(ctx, all)
	if err != nil {
		return Proof{}, err
	}
	other := slices.IndexFunc(seen, func(r reaction) bool { return r != seen[0] })
	if other < 0 {
		return Proof{}, nil
	}
	for _, list := range [][]int{all, slices.Repeat([]int{0, other}, robotRepeats)} {
		again, err := o.ask(ctx, list)
		if err != nil {
			return Proof{}, err
		}
		for i, r := range again {
			if r != seen[list[i]] {
				return Proof{}, ErrUnsteady
			}
		}
	}
	return o.prove(seen), nil
}

// prove tells what was seen. An oracle that only knows secrets that are packed well in
// all respects is weak: one in many thousand guesses hits one.
func (o *oracle) prove(seen []reaction) Proof {
	text := []string{"A secret was sent under the server's key in five forms. All must be answered alike; they are not:"}
	for i, r := range seen {
		text = append(text, fmt.Sprintf("  %s: %s", forms[i].name, r))
	}
	how := "whole"
	if !o.whole {
		how = "broken off behind the secret"
	}
	text = append(text, fmt.Sprintf("Confirmed by %d more answers in random order. The handshakes were %s.", len(forms)+2*robotRepeats, how))
	return Proof{Seen: text, Weak: seen[1] == seen[2] && seen[2] == seen[3]}
}

// ask sends the forms with the numbers in list and returns the reactions, in the order of
// the list.
func (o *oracle) ask(ctx context.Context, list []int) ([]reaction, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	seen := make([]reaction, len(list))
	var wg sync.WaitGroup
	for _, i := range mathrand.Perm(len(list)) {
		wg.Go(func() {
			var err error
			if seen[i], err = o.send(ctx, forms[list[i]]); err != nil {
				cancel(err) // one missing answer spoils all
			}
		})
	}
	wg.Wait()
	return seen, context.Cause(ctx)
}

// send is one connection with one secret.
func (o *oracle) send(ctx context.Context, f form) (seen reaction, err error) {
	err = o.afterFlight(ctx, o.hello, func(conn net.Conn, r *wire.Reader, flight *wire.Flight) error {
		if flight.CertificateRequest {
			return errClientCertificate
		}
		encrypted, err := encrypt(flight.Certificates, o.hello.Version, f)
		if err != nil {
			return err
		}
		message := wire.ClientKeyExchange(o.hello.Version, encrypted)
		if o.whole {
			message = slices.Concat(message, wire.ChangeCipherSpec(o.hello.Version), wire.FalseFinished(o.hello.Version))
		}
		if _, err := conn.Write(message); err != nil {
			return err
		}
		seen = react(r)
		return nil
	})
	return seen, err
}

// encrypt packs a secret for the key of a chain. crypto/rsa would pack it well.
func encrypt(chain [][]byte, version uint16, f form) ([]byte, error) {
	if len(chain) == 0 {
		return nil, errNoKey
	}
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	key, isRSA := leaf.PublicKey.(*rsa.PublicKey)
	if !isRSA || key.Size() < 2+8+1+secretSize || key.Size() > maxModulus {
		return nil, errNoKey
	}
	m := new(big.Int).SetBytes(f.pack(key.Size(), version))
	return m.Exp(m, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size())), nil
}
