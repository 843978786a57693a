package wire

import (
	"errors"
	"fmt"
)

// Handshake message types.
const (
	kindHelloRequest       = 0
	kindServerHello        = 2
	kindNewSessionTicket   = 4
	kindEncryptedExt       = 8
	kindCertificate        = 11
	kindServerKeyExchange  = 12
	kindCertificateRequest = 13
	kindServerHelloDone    = 14
	kindCertificateVerify  = 15
	kindFinished           = 20
	kindCertificateStatus  = 22
)

// What a certificate message may hold.
const (
	maxCertificates = 16
	maxCertificate  = 64 << 10
)

// Flight is what a server sends after a ClientHello: all of it up to TLS 1.2, the
// ServerHello or HelloRetryRequest alone in TLS 1.3, where the rest is encrypted.
type Flight struct {
	Hello              *ServerHello // nil if none came
	Certificates       [][]byte     // DER, as sent
	OCSP               []byte       // stapled response, DER
	KeyExchange        []byte       // body of the ServerKeyExchange
	CertificateRequest bool
}

// ReadFlight reads one flight. The Flight is never nil and holds what came before an
// error, which is an Alert, ErrMalformed, ErrNotTLS, ErrTooMuch or the connection's.
func ReadFlight(r *Reader) (*Flight, error) {
	f := &Flight{}
	for {
		m, err := r.message()
		if err != nil {
			return f, err
		}
		if f.Hello == nil && m.kind != kindServerHello && m.kind != kindHelloRequest {
			return f, fmt.Errorf("%w: message %d before the ServerHello", ErrMalformed, m.kind)
		}
		done, err := f.add(m)
		if err != nil || done {
			return f, err
		}
	}
}

// ReadServerHello reads the first message of a flight. Its errors are those of ReadFlight.
func ReadServerHello(r *Reader) (*ServerHello, error) {
	first, err := r.message()
	if err != nil {
		return nil, err
	}
	if first.kind != kindServerHello {
		return nil, fmt.Errorf("%w: message %d before the ServerHello", ErrMalformed, first.kind)
	}
	return ParseServerHello(first.body)
}

func (f *Flight) add(m message) (done bool, err error) {
	switch m.kind {
	case kindServerHello:
		if f.Hello != nil {
			return false, fmt.Errorf("%w: second ServerHello", ErrMalformed)
		}
		if f.Hello, err = ParseServerHello(m.body); err != nil {
			return false, err
		}
		return f.Hello.Version >= TLS13 || f.Hello.Retry, nil
	case kindCertificate:
		f.Certificates, err = parseCertificates(m.body)
	case kindCertificateStatus:
		f.OCSP = parseStatus(m.body)
	case kindServerKeyExchange:
		f.KeyExchange = m.body
	case kindCertificateRequest:
		f.CertificateRequest = true
	case kindServerHelloDone:
		return true, nil
	}
	return false, err
}

// parseCertificates reads the Certificate message of SSL 3.0 to TLS 1.2.
func parseCertificates(body []byte) ([][]byte, error) {
	p := parser{rest: body}
	list := parser{rest: p.vector24()}
	var chain [][]byte
	for list.more() {
		der := list.vector24()
		if len(chain) == maxCertificates || len(der) > maxCertificate {
			return nil, errCertificates
		}
		chain = append(chain, der)
	}
	if list.bad || !p.done() {
		return nil, errCertificates
	}
	return chain, nil
}

var errCertificates = errors.Join(ErrMalformed, errors.New("certificates of the server"))

// parseStatus returns the OCSP response of a CertificateStatus message, RFC 6066
// section 8, or nil if it holds none.
func parseStatus(body []byte) []byte {
	p := parser{rest: body}
	if p.uint8() != 1 {
		return nil
	}
	response := p.vector24()
	if !p.done() {
		return nil
	}
	return response
}
