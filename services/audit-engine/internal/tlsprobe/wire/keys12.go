package wire

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // TLS 1.0 and 1.1 have no other
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"hash"

	"golang.org/x/crypto/chacha20poly1305"
)

// mode12 is how a suite up to TLS 1.2 encrypts.
type mode12 uint8

const (
	cbcSHA1 mode12 = iota
	cbcSHA256
	gcm
	chaCha
)

func (m mode12) newMAC() func() hash.Hash {
	if m == cbcSHA256 {
		return sha256.New
	}
	return sha1.New
}

// sizes are those of the key of the MAC and of the IV, in bytes.
func (m mode12) sizes() (mac, iv int) {
	switch m {
	case gcm:
		return 0, 4
	case chaCha:
		return 0, chacha20poly1305.NonceSize
	}
	return m.newMAC()().Size(), aes.BlockSize
}

type cipher12 struct {
	keySize int // bytes
	mode    mode12
	newHash func() hash.Hash // of TLS 1.2's derivation of keys
}

var ciphers12 = map[uint16]cipher12{
	tls.TLS_RSA_WITH_AES_128_CBC_SHA:            {16, cbcSHA1, sha256.New},
	tls.TLS_RSA_WITH_AES_256_CBC_SHA:            {32, cbcSHA1, sha256.New},
	tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA:      {16, cbcSHA1, sha256.New},
	tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA:      {32, cbcSHA1, sha256.New},
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA:    {16, cbcSHA1, sha256.New},
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA:    {32, cbcSHA1, sha256.New},
	tls.TLS_RSA_WITH_AES_128_GCM_SHA256:         {16, gcm, sha256.New},
	tls.TLS_RSA_WITH_AES_256_GCM_SHA384:         {32, gcm, sha512.New384},
	tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:   {16, gcm, sha256.New},
	tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384:   {32, gcm, sha512.New384},
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: {16, gcm, sha256.New},
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: {32, gcm, sha512.New384},

	tls.TLS_RSA_WITH_AES_128_CBC_SHA256:               {16, cbcSHA256, sha256.New},
	tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256:         {16, cbcSHA256, sha256.New},
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256:       {16, cbcSHA256, sha256.New},
	tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256:   {32, chaCha, sha256.New},
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: {32, chaCha, sha256.New},
}

// Relays reports whether a Relay knows a suite.
func Relays(suite uint16) bool { _, known := ciphers12[suite]; return known }

// keys12 are those of one direction, RFC 5246 section 6.3.
type keys12 struct {
	version      uint16
	mode         mode12
	mac, key, iv []byte
}

// serverKeys are those under which a server writes. randoms are the server's random
// bytes and the client's.
func serverKeys(version, suite uint16, master, randoms []byte) keys12 {
	c := ciphers12[suite]
	macSize, ivSize := c.mode.sizes()
	seed := append([]byte("key expansion"), randoms...)
	p := parser{rest: expand12(version, c.newHash, master, seed, 2*(macSize+c.keySize+ivSize))}
	own := func(size int) []byte { p.bytes(size); return p.bytes(size) } // the client's comes first
	return keys12{version: version, mode: c.mode, mac: own(macSize), key: own(c.keySize), iv: own(ivSize)}
}

// expand12 is the pseudorandom function of RFC 5246 section 5, or of RFC 2246 below
// TLS 1.2. The seed has the label before it.
func expand12(version uint16, newHash func() hash.Hash, secret, seed []byte, length int) []byte {
	if version >= TLS12 {
		return expandHash(newHash, secret, seed, length)
	}
	half := (len(secret) + 1) / 2
	out := expandHash(md5.New, secret[:half], seed, length)
	for i, b := range expandHash(sha1.New, secret[len(secret)-half:], seed, length) {
		out[i] ^= b
	}
	return out
}

// expandHash is P_hash of RFC 5246 section 5.
func expandHash(newHash func() hash.Hash, secret, seed []byte, length int) []byte {
	mac := func(parts ...[]byte) []byte {
		h := hmac.New(newHash, secret)
		for _, part := range parts {
			h.Write(part)
		}
		return h.Sum(nil)
	}
	var out []byte
	for a := mac(seed); len(out) < length; a = mac(a) {
		out = append(out, mac(a, seed)...)
	}
	return out[:length]
}

// protection12 seals or opens the records of one direction, in their order.
type protection12 interface {
	opener
	seal(kind uint8, content []byte) (record []byte)
}

func (k keys12) protection() protection12 {
	head := recordHead{version: k.version}
	if k.mode == chaCha {
		aead, err := chacha20poly1305.New(k.key)
		if err != nil {
			panic("chacha20poly1305: " + err.Error()) // only for another key size
		}
		return &protectionChaCha{recordHead: head, aead: aead, iv: k.iv}
	}
	block, err := aes.NewCipher(k.key)
	if err != nil {
		panic("aes: " + err.Error()) // only for another key size
	}
	if k.mode != gcm {
		return &protectionCBC{recordHead: head, block: block, mac: hmac.New(k.mode.newMAC(), k.mac), last: k.iv}
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("gcm: " + err.Error()) // only for another block size
	}
	return &protectionGCM{recordHead: head, aead: aead, iv: k.iv}
}

// recordHead is what a record's integrity covers besides its content.
type recordHead struct {
	version  uint16
	sequence uint64
}

func (h *recordHead) next(kind uint8, length int) []byte {
	w := writer{out: binary.BigEndian.AppendUint64(nil, h.sequence)}
	w.uint8(kind)
	w.uint16(h.version)
	w.uint16(uint16(length))
	h.sequence++
	return w.out
}

// protectionGCM is RFC 5288.
type protectionGCM struct {
	recordHead
	aead cipher.AEAD
	iv   []byte // 4 bytes
}

const explicitNonce = 8 // bytes before each record of GCM

func (p *protectionGCM) seal(kind uint8, content []byte) []byte {
	head := p.next(kind, len(content))
	nonce := append(p.iv[:len(p.iv):len(p.iv)], head[:explicitNonce]...)
	return clientRecord(kind, p.version, func(w *writer) {
		w.bytes(nonce[len(p.iv):])
		w.bytes(p.aead.Seal(nil, nonce, content, head))
	})
}

func (p *protectionGCM) open(header, payload []byte) (kind uint8, content []byte, err error) {
	length := len(payload) - explicitNonce - p.aead.Overhead()
	if length < 0 {
		return 0, nil, errUnopened
	}
	nonce := append(p.iv[:len(p.iv):len(p.iv)], payload[:explicitNonce]...)
	content, err = p.aead.Open(nil, nonce, payload[explicitNonce:], p.next(header[0], length))
	if err != nil {
		return 0, nil, errUnopened
	}
	return header[0], content, nil
}

// protectionChaCha is RFC 7905.
type protectionChaCha struct {
	recordHead
	aead cipher.AEAD
	iv   []byte
}

// nonce is the IV with the number of the record mixed into its end.
func (p *protectionChaCha) nonce(head []byte) []byte {
	nonce := bytes.Clone(p.iv)
	subtle.XORBytes(nonce[len(nonce)-8:], nonce[len(nonce)-8:], head[:8])
	return nonce
}

func (p *protectionChaCha) seal(kind uint8, content []byte) []byte {
	head := p.next(kind, len(content))
	return clientRecord(kind, p.version, func(w *writer) { w.bytes(p.aead.Seal(nil, p.nonce(head), content, head)) })
}

func (p *protectionChaCha) open(header, payload []byte) (kind uint8, content []byte, err error) {
	length := len(payload) - p.aead.Overhead()
	if length < 0 {
		return 0, nil, errUnopened
	}
	head := p.next(header[0], length)
	if content, err = p.aead.Open(nil, p.nonce(head), payload, head); err != nil {
		return 0, nil, errUnopened
	}
	return header[0], content, nil
}

// protectionCBC is the MAC-then-encrypt of RFC 5246 section 6.2.3.2.
type protectionCBC struct {
	recordHead
	block cipher.Block
	mac   hash.Hash
	last  []byte // block of the record before, which TLS 1.0 goes on from
}

func (p *protectionCBC) sum(kind uint8, content []byte) []byte {
	p.mac.Reset()
	p.mac.Write(p.next(kind, len(content)))
	p.mac.Write(content)
	return p.mac.Sum(nil)
}

func (p *protectionCBC) seal(kind uint8, content []byte) []byte {
	text := append(append([]byte(nil), content...), p.sum(kind, content)...)
	padding := aes.BlockSize - len(text)%aes.BlockSize
	for range padding {
		text = append(text, byte(padding-1))
	}
	iv := p.last
	if p.version > TLS10 {
		iv = random(aes.BlockSize)
	}
	cipher.NewCBCEncrypter(p.block, iv).CryptBlocks(text, text)
	p.last = text[len(text)-aes.BlockSize:]
	return clientRecord(kind, p.version, func(w *writer) {
		if p.version > TLS10 {
			w.bytes(iv)
		}
		w.bytes(text)
	})
}

func (p *protectionCBC) open(header, payload []byte) (kind uint8, content []byte, err error) {
	iv := p.last
	if p.version > TLS10 {
		in := parser{rest: payload}
		iv, payload = in.bytes(aes.BlockSize), in.rest
	}
	if len(payload) == 0 || len(payload)%aes.BlockSize != 0 {
		return 0, nil, errUnopened
	}
	text := make([]byte, len(payload))
	cipher.NewCBCDecrypter(p.block, iv).CryptBlocks(text, payload)
	p.last = payload[len(payload)-aes.BlockSize:]
	length := len(text) - 1 - int(text[len(text)-1]) - p.mac.Size()
	if length < 0 {
		return 0, nil, errUnopened
	}
	content = text[:length]
	if !hmac.Equal(text[length:length+p.mac.Size()], p.sum(header[0], content)) {
		return 0, nil, errUnopened
	}
	return header[0], content, nil
}

var errUnopened = fmt.Errorf("%w: record does not decrypt", ErrMalformed)
