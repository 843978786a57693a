package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
)

// Relay stands between a client of crypto/tls and a server, on the client's side. When a
// handshake is done and the client reads on, it asks the client for another one in the
// server's name (HelloRequest, RFC 5246 section 7.4.1.1), so that the server sees a
// client that renegotiates unasked. After the last one the client reads io.EOF.
//
// The client must write its keys to KeyLog, resume no session, and offer just the
// version and the suite of the Relay.
type Relay struct {
	net.Conn
	KeyLog     bytes.Buffer
	Handshakes int // in which the server's last message has come

	version, suite uint16
	renegotiations int // to ask for
	in             *Reader
	out            protection12 // seals for the client what in has opened; nil in plain text
	random         []byte       // of the server, in the handshake under way
	changed        bool         // the record before was a ChangeCipherSpec
	waiting        bool         // no handshake is under way
	pending        bytes.Buffer
}

// ErrGoesOn is a server that sends data where another handshake was to begin.
var ErrGoesOn = errors.New("the server goes on without another handshake")

// NewRelay returns a Relay over a connection, which limits the time. The version is one
// from TLS 1.0 to 1.2, and Relays must know the suite.
func NewRelay(conn net.Conn, version, suite uint16, renegotiations int) *Relay {
	return &Relay{Conn: conn, version: version, suite: suite, renegotiations: renegotiations, in: NewReader(conn)}
}

// Done reports whether the server's last message of every renegotiation has come. The
// client reads io.EOF only if it took them all.
func (r *Relay) Done() bool { return r.Handshakes > r.renegotiations }

// Read gives the client the server's records. Its errors are those of ReadFlight, and
// ErrGoesOn.
func (r *Relay) Read(b []byte) (int, error) {
	for r.pending.Len() == 0 {
		switch {
		case !r.waiting:
			if err := r.next(); err != nil {
				return 0, err
			}
		case r.Done():
			return 0, io.EOF
		default:
			r.waiting, r.in.records = false, 0 // the limit is meant for one handshake
			r.pending.Write(r.out.seal(recordHandshake, []byte{kindHelloRequest, 0, 0, 0}))
		}
	}
	return r.pending.Read(b)
}

// next passes one record on. It is sealed anew, because the client has seen more records
// than the server has sent.
func (r *Relay) next() error {
	kind, content, err := r.in.record()
	if err != nil {
		return err
	}
	if kind == recordAlert {
		if alert, fatal, err := parseAlert(content); err != nil {
			return err
		} else if fatal {
			return alert
		}
	}
	switch {
	case kind == recordHandshake && r.random == nil:
		r.readRandom(content)
	case kind == recordApplicationData && r.random == nil && r.Handshakes > 0:
		return ErrGoesOn
	}
	if r.out == nil {
		r.pending.Write(clientRecord(kind, r.version, func(w *writer) { w.bytes(content) }))
	} else {
		r.pending.Write(r.out.seal(kind, content))
	}
	if r.changed && kind == recordHandshake { // Finished
		r.waiting = true
		r.Handshakes++
	}
	r.changed = kind == recordChangeCipherSpec
	if r.changed {
		return r.change()
	}
	return nil
}

// readRandom reads the random bytes of the ServerHello that a record begins with.
func (r *Relay) readRandom(content []byte) {
	p := parser{rest: content}
	if kind := p.uint8(); kind != kindServerHello {
		return
	}
	p.bytes(3 + 2) // length, version
	r.random = p.bytes(32)
}

// change turns to the keys of the handshake under way.
func (r *Relay) change() error {
	var client, master []byte
	if _, err := fmt.Fscanf(&r.KeyLog, "CLIENT_RANDOM %x %x\n", &client, &master); err != nil || r.random == nil {
		return fmt.Errorf("%w: early ChangeCipherSpec", ErrMalformed)
	}
	keys := serverKeys(r.version, r.suite, master, append(r.random, client...))
	r.in.keys, r.out, r.random = keys.protection(), keys.protection(), nil
	return nil
}
