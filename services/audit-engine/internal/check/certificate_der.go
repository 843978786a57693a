package check

import (
	"encoding/asn1"
	"fmt"
	"math/big"
)

// publicKey is the key of a certificate, as far as its strength goes.
type publicKey struct {
	kind        string // RSA, DSA, elliptic curve; "" for others
	bits        int    // 0: not known
	exponentOne bool   // of RSA
}

var (
	oidRSA = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidDSA = asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}
	oidEC  = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
)

// algorithm is AlgorithmIdentifier of RFC 5280, section 4.1.1.2.
type algorithm struct {
	ID         asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

// readKey reads the key of a certificate in DER. crypto/x509 refuses the certificate as
// a whole when it does not know the curve, which is what all short ones are.
func readKey(der []byte) (publicKey, error) {
	var certificate struct { // RFC 5280, section 4.1; fields behind the key are left out
		TBS struct {
			Version                              int `asn1:"optional,explicit,default:0,tag:0"`
			Serial                               *big.Int
			Signature, Issuer, Validity, Subject asn1.RawValue
			Key                                  struct {
				Algorithm algorithm
				Bits      asn1.BitString
			}
		}
	}
	if _, err := asn1.Unmarshal(der, &certificate); err != nil {
		return publicKey{}, fmt.Errorf("read the certificate: %w", err)
	}
	key := certificate.TBS.Key
	switch {
	case key.Algorithm.ID.Equal(oidRSA):
		return readRSA(key.Bits.RightAlign())
	case key.Algorithm.ID.Equal(oidDSA):
		return readDSA(key.Algorithm.Parameters.FullBytes)
	case key.Algorithm.ID.Equal(oidEC):
		return publicKey{kind: "elliptic curve", bits: curveBits(key.Bits.RightAlign())}, nil
	}
	return publicKey{}, nil
}

func readRSA(der []byte) (publicKey, error) {
	var key struct{ N, E *big.Int }
	if _, err := asn1.Unmarshal(der, &key); err != nil {
		return publicKey{}, fmt.Errorf("read the RSA key: %w", err)
	}
	return publicKey{kind: "RSA", bits: key.N.BitLen(), exponentOne: key.E.Cmp(big.NewInt(1)) == 0}, nil
}

func readDSA(der []byte) (publicKey, error) {
	var parameters struct{ P, Q, G *big.Int }
	if _, err := asn1.Unmarshal(der, &parameters); err != nil {
		return publicKey{}, fmt.Errorf("read the DSA key: %w", err)
	}
	return publicKey{kind: "DSA", bits: parameters.P.BitLen()}, nil
}

// curveBits is the size of the field that a point lies over, from the length of its
// form in SEC 1, section 2.3.3, rounded up to whole bytes: 0x04 and two coordinates, or
// 0x02 or 0x03 and one. 0: neither.
func curveBits(point []byte) int {
	if len(point) == 0 {
		return 0
	}
	switch n := len(point) - 1; point[0] {
	case 2, 3:
		return 8 * n
	case 4:
		return 8 * n / 2
	}
	return 0
}
