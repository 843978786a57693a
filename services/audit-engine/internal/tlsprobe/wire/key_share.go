package wire

import (
	"crypto/ecdh"
	"crypto/mlkem"
	"crypto/rand"
	"fmt"
)

// Groups that keys can be made for.
const (
	GroupP256           = 0x0017
	GroupP384           = 0x0018
	GroupP521           = 0x0019
	GroupX25519         = 0x001d
	GroupX25519MLKEM768 = 0x11ec
)

// KeyGroups are the groups of NewKey.
var KeyGroups = []uint16{GroupX25519, GroupP256, GroupP384, GroupP521, GroupX25519MLKEM768}

// PrivateKey belongs to a KeyShare.
type PrivateKey struct {
	group uint16
	ecdh  *ecdh.PrivateKey
	mlkem *mlkem.DecapsulationKey768 // of a hybrid group
}

// NewKey makes a key of one of KeyGroups.
func NewKey(group uint16) (*PrivateKey, error) {
	curve, known := map[uint16]ecdh.Curve{
		GroupP256: ecdh.P256(), GroupP384: ecdh.P384(), GroupP521: ecdh.P521(),
		GroupX25519: ecdh.X25519(), GroupX25519MLKEM768: ecdh.X25519(),
	}[group]
	if !known {
		return nil, fmt.Errorf("no keys for group %#04x", group)
	}
	k := &PrivateKey{group: group}
	var err error
	if k.ecdh, err = curve.GenerateKey(rand.Reader); err != nil {
		return nil, err
	}
	if group == GroupX25519MLKEM768 {
		k.mlkem, err = mlkem.GenerateKey768()
	}
	return k, err
}

// Share is the public key.
func (k *PrivateKey) Share() KeyShare {
	data := k.ecdh.PublicKey().Bytes()
	if k.mlkem != nil {
		data = append(k.mlkem.EncapsulationKey().Bytes(), data...)
	}
	return KeyShare{Group: k.group, Data: data}
}

// shared returns the secret shared with the server that sent h.
func (k *PrivateKey) shared(h *ServerHello) ([]byte, error) {
	if h.Group != k.group {
		return nil, fmt.Errorf("%w: key share of group %#04x", ErrMalformed, h.Group)
	}
	public := h.KeyShare
	var post []byte
	if k.mlkem != nil {
		p := parser{rest: public}
		ciphertext := p.bytes(mlkem.CiphertextSize768)
		if p.bad {
			return nil, fmt.Errorf("%w: hybrid key share", ErrMalformed)
		}
		secret, err := k.mlkem.Decapsulate(ciphertext)
		if err != nil {
			return nil, fmt.Errorf("%w: hybrid key share", ErrMalformed)
		}
		public, post = p.rest, secret
	}
	peer, err := k.ecdh.Curve().NewPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("%w: key share", ErrMalformed)
	}
	secret, err := k.ecdh.ECDH(peer)
	if err != nil {
		return nil, fmt.Errorf("%w: key share", ErrMalformed)
	}
	return append(post, secret...), nil
}
