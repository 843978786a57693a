package wire

import (
	"errors"
	"fmt"
	"io"
)

// Suites of TLS 1.3 that Handshake13 can finish. The standard library's AEADs do not
// include ChaCha20.
const (
	aes128GCM = 0x1301
	aes256GCM = 0x1302
)

// Suites13 are the suites to offer in a hello for Handshake13.
var Suites13 = []uint16{aes128GCM, aes256GCM}

// Encrypted is what a server tells under encryption in TLS 1.3.
type Encrypted struct {
	Hello              *ServerHello
	ALPN               string
	Certificates       [][]byte // DER, as sent
	OCSP               []byte   // stapled to the first certificate, DER
	Timestamps         []byte   // of the first certificate, as in ServerHello
	CertificateRequest bool

	Tickets      int    // session tickets sent after the handshake
	MaxEarlyData uint32 // bytes of 0-RTT data that the tickets allow
	// Finished tells that the server's flight came whole, Ended that the server
	// went on to close, so that no ticket can be missing.
	Finished, Ended bool
}

// ErrRetry is a HelloRetryRequest where the key share should have fitted.
var ErrRetry = errors.New("hello retry request")

// Handshake13 shakes hands with a hello that has the key share of one key, closes the
// session at once, and reads on until the server closes too. Nothing is authenticated:
// the caller wants to know what the server says, not to trust it. The Encrypted is
// never nil and holds what came before an error.
func Handshake13(conn io.ReadWriter, hello ClientHello, key *PrivateKey) (*Encrypted, error) {
	e := &Encrypted{}
	sent := hello.Record()
	if _, err := conn.Write(sent); err != nil {
		return e, err
	}
	r := NewReader(conn)
	first, err := r.message()
	if err != nil {
		return e, err
	}
	if first.kind != kindServerHello {
		return e, fmt.Errorf("%w: message %d before the ServerHello", ErrMalformed, first.kind)
	}
	if e.Hello, err = ParseServerHello(first.body); err != nil {
		return e, err
	}
	if e.Hello.Retry {
		return e, ErrRetry
	}
	shared, err := key.shared(e.Hello)
	if err != nil {
		return e, err
	}
	s, err := newSchedule(e.Hello.Suite, shared)
	if err != nil {
		return e, err
	}
	s.add(sent[5:])
	s.add(first.raw)
	if err := e.finish(conn, r, s); err != nil {
		return e, err
	}
	e.readTickets(r)
	return e, nil
}

// finish reads the encrypted flight and answers it.
func (e *Encrypted) finish(conn io.Writer, r *Reader, s *schedule) error {
	server, client := s.handshakeSecrets()
	r.keys = s.protection(server)
	for !e.Finished {
		m, err := r.message()
		if err != nil {
			return err
		}
		s.add(m.raw)
		if err := e.add(m); err != nil {
			return err
		}
	}
	serverNext, clientNext := s.applicationSecrets()
	r.keys = s.protection(serverNext)

	sealed := s.protection(client)
	var out []byte
	if e.CertificateRequest {
		none := []byte{kindCertificate, 0, 0, 4, 0, 0, 0, 0} // empty context, empty list
		out = append(out, sealed.seal(recordHandshake, none)...)
		s.add(none)
	}
	out = append(out, sealed.seal(recordHandshake, s.finished(client))...)
	out = append(out, s.protection(clientNext).seal(recordAlert, []byte{alertWarning, alertCloseNotify})...)
	_, err := conn.Write(out)
	return err
}

func (e *Encrypted) add(m message) error {
	switch m.kind {
	case kindEncryptedExt:
		p := parser{rest: m.body}
		p.extensions(func(number uint16, data []byte) {
			if number == extALPN {
				e.ALPN = parseALPN(data)
			}
		})
		if !p.done() {
			return fmt.Errorf("%w: EncryptedExtensions", ErrMalformed)
		}
	case kindCertificateRequest:
		e.CertificateRequest = true
	case kindCertificate:
		return e.certificates(m.body)
	case kindCertificateVerify:
	case kindFinished:
		e.Finished = true
	default:
		return fmt.Errorf("%w: message %d in the server's flight", ErrMalformed, m.kind)
	}
	return nil
}

// certificates reads the Certificate message of RFC 8446 4.4.2.
func (e *Encrypted) certificates(body []byte) error {
	p := parser{rest: body}
	p.vector8() // context
	list := parser{rest: p.vector24()}
	e.Certificates = nil
	for list.more() {
		der := list.vector24()
		if len(e.Certificates) == maxCertificates || len(der) > maxCertificate {
			e.Certificates = nil
			return errCertificates
		}
		leaf := len(e.Certificates) == 0
		e.Certificates = append(e.Certificates, der)
		list.extensions(func(number uint16, data []byte) {
			switch {
			case leaf && number == extStatusRequest:
				e.OCSP = parseStatus(data)
			case leaf && number == extTimestamps:
				e.Timestamps = data
			}
		})
	}
	if list.bad || !p.done() {
		e.Certificates = nil
		return errCertificates
	}
	return nil
}

// readTickets reads what follows the handshake until the server closes.
func (e *Encrypted) readTickets(r *Reader) {
	for {
		m, err := r.message()
		if err != nil {
			alert, closed := errors.AsType[Alert](err)
			e.Ended = errors.Is(err, io.EOF) || closed && alert == alertCloseNotify
			return
		}
		if m.kind != kindNewSessionTicket {
			continue
		}
		e.Tickets++
		p := parser{rest: m.body}
		p.bytes(8) // lifetime, age
		p.vector8()
		p.vector16()
		p.extensions(func(number uint16, data []byte) {
			if early := (&parser{rest: data}); number == extEarlyData {
				e.MaxEarlyData = max(e.MaxEarlyData, early.uint32())
			}
		})
	}
}
