package wire

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"hash"
)

// schedule is the key schedule of RFC 8446 section 7.1 along a transcript.
type schedule struct {
	newHash    func() hash.Hash
	keySize    int // of AES, bytes
	transcript hash.Hash
	secret     []byte // first the handshake secret, then the master secret
}

// newSchedule begins a schedule with the result of the key exchange. It knows Suites13.
func newSchedule(suite uint16, shared []byte) (*schedule, error) {
	s := &schedule{newHash: sha256.New, keySize: 16}
	switch suite {
	case aes128GCM:
	case aes256GCM:
		s.newHash, s.keySize = sha512.New384, 32
	default:
		return nil, fmt.Errorf("%w: suite %#04x was not offered", ErrMalformed, suite)
	}
	s.transcript = s.newHash()
	zeros := make([]byte, s.transcript.Size())
	s.secret = s.extract(zeros, nil)
	s.secret = s.extract(shared, s.derived())
	return s, nil
}

func (s *schedule) add(message []byte) { s.transcript.Write(message) }

// handshakeSecrets are those of server and client after the ServerHello.
func (s *schedule) handshakeSecrets() (server, client []byte) {
	seen := s.transcript.Sum(nil)
	return s.expand(s.secret, "s hs traffic", seen, len(seen)), s.expand(s.secret, "c hs traffic", seen, len(seen))
}

// applicationSecrets are those of server and client after the server's Finished.
func (s *schedule) applicationSecrets() (server, client []byte) {
	s.secret = s.extract(make([]byte, s.transcript.Size()), s.derived())
	seen := s.transcript.Sum(nil)
	return s.expand(s.secret, "s ap traffic", seen, len(seen)), s.expand(s.secret, "c ap traffic", seen, len(seen))
}

// finished is the client's Finished message.
func (s *schedule) finished(client []byte) []byte {
	size := s.transcript.Size()
	mac := hmac.New(s.newHash, s.expand(client, "finished", nil, size))
	mac.Write(s.transcript.Sum(nil))
	return mac.Sum([]byte{kindFinished, 0, 0, byte(size)})
}

func (s *schedule) derived() []byte {
	empty := s.newHash().Sum(nil)
	return s.expand(s.secret, "derived", empty, len(empty))
}

func (s *schedule) extract(secret, salt []byte) []byte {
	out, err := hkdf.Extract(s.newHash, secret, salt)
	if err != nil {
		panic("hkdf: " + err.Error()) // only with a hash that FIPS 140 does not allow
	}
	return out
}

// expand is HKDF-Expand-Label.
func (s *schedule) expand(secret []byte, label string, context []byte, length int) []byte {
	var info writer
	info.uint16(uint16(length))
	info.vector8(func() { info.bytes([]byte("tls13 " + label)) })
	info.vector8(func() { info.bytes(context) })
	out, err := hkdf.Expand(s.newHash, secret, string(info.out), length)
	if err != nil {
		panic("hkdf: " + err.Error()) // only for a length beyond 255 hashes
	}
	return out
}

// protection seals or opens the records of one direction.
type protection struct {
	aead     cipher.AEAD
	iv       []byte
	sequence uint64
}

func (s *schedule) protection(secret []byte) *protection {
	block, err := aes.NewCipher(s.expand(secret, "key", nil, s.keySize))
	if err != nil {
		panic("aes: " + err.Error()) // only for another key size
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("gcm: " + err.Error()) // only for another block size
	}
	return &protection{aead: aead, iv: s.expand(secret, "iv", nil, aead.NonceSize())}
}

func (p *protection) nonce() []byte {
	nonce := append([]byte(nil), p.iv...)
	var sequence [8]byte
	binary.BigEndian.PutUint64(sequence[:], p.sequence)
	for i, b := range sequence {
		nonce[len(nonce)-8+i] ^= b
	}
	p.sequence++
	return nonce
}

func (p *protection) seal(kind uint8, content []byte) []byte {
	inner := append(append([]byte(nil), content...), kind)
	var w writer
	w.uint8(recordApplicationData)
	w.uint16(TLS12)
	w.uint16(uint16(len(inner) + p.aead.Overhead()))
	return p.aead.Seal(w.out, p.nonce(), inner, w.out)
}

func (p *protection) open(header, payload []byte) (kind uint8, content []byte, err error) {
	if header[0] != recordApplicationData {
		return header[0], payload, nil
	}
	inner, err := p.aead.Open(payload[:0], p.nonce(), payload, header)
	if err != nil {
		return 0, nil, errUnopened
	}
	for i := len(inner) - 1; i >= 0; i-- { // padding
		if inner[i] != 0 {
			return inner[i], inner[:i], nil
		}
	}
	return 0, nil, fmt.Errorf("%w: record of padding alone", ErrMalformed)
}
