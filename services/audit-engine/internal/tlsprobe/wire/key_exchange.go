package wire

import (
	"bytes"
	"fmt"
)

// Curve is what an ECDHE ServerKeyExchange names.
type Curve struct {
	Group    uint16 // from IANA's registry of supported groups
	Explicit bool   // the curve's parameters were written out instead (RFC 4492 5.4)
}

// DHParameters are those of a DHE ServerKeyExchange, big-endian without leading zeros.
type DHParameters struct{ Prime, Generator []byte }

// ParseCurve reads a ServerKeyExchange of ECDHE; psk tells that a hint of RFC 5489
// comes first. Its errors wrap ErrMalformed.
func ParseCurve(body []byte, psk bool) (Curve, error) {
	p := parser{rest: body}
	if psk {
		p.vector16()
	}
	switch p.uint8() {
	case 1, 2: // explicit_prime, explicit_char2
		return Curve{Explicit: true}, nil
	case 3: // named_curve
		curve := Curve{Group: p.uint16()}
		if point := p.vector8(); len(point) > 0 {
			return curve, nil
		}
	}
	return Curve{}, fmt.Errorf("%w: parameters of ECDHE", ErrMalformed)
}

// ParseDH reads a ServerKeyExchange of DHE; psk tells that a hint of RFC 4279 comes
// first. Its errors wrap ErrMalformed.
func ParseDH(body []byte, psk bool) (DHParameters, error) {
	p := parser{rest: body}
	if psk {
		p.vector16()
	}
	prime, generator, public := p.vector16(), p.vector16(), p.vector16()
	d := DHParameters{Prime: bytes.TrimLeft(prime, "\x00"), Generator: bytes.TrimLeft(generator, "\x00")}
	if p.bad || len(d.Prime) == 0 || len(public) == 0 {
		return DHParameters{}, fmt.Errorf("%w: parameters of DHE", ErrMalformed)
	}
	return d, nil
}

// ParseExportRSA reads the temporary key that export suites with RSA send (RFC 2246
// 7.4.3) and returns its modulus. Its errors wrap ErrMalformed.
func ParseExportRSA(body []byte) ([]byte, error) {
	p := parser{rest: body}
	modulus, exponent := bytes.TrimLeft(p.vector16(), "\x00"), p.vector16()
	if p.bad || len(modulus) == 0 || len(exponent) == 0 {
		return nil, fmt.Errorf("%w: temporary RSA key", ErrMalformed)
	}
	return modulus, nil
}
