package wire

import (
	"errors"
	"fmt"
	"io"
)

// What a server may send at most. Its records and messages are the standard's sizes;
// the number of records is far above any real handshake.
const (
	maxRecord  = 16<<10 + 2048 // RFC 5246 6.2.3
	maxRecords = 64
	maxMessage = 128 << 10
)

// Record types.
const (
	recordChangeCipherSpec = 20
	recordAlert            = 21
	recordHandshake        = 22
	recordApplicationData  = 23
)

var (
	// ErrMalformed is an answer that breaks the protocol.
	ErrMalformed = errors.New("malformed TLS")
	// ErrNotTLS is an answer that does not even begin like TLS.
	ErrNotTLS = errors.New("not TLS")
	// ErrTooMuch is an answer beyond what this package reads.
	ErrTooMuch = errors.New("more TLS records than a handshake needs")
)

// Reader reads handshake messages from a server's records.
type Reader struct {
	in      io.Reader
	records int
	pending []byte // handshake bytes that no message was made of yet
	keys    opener // once there are some
}

// opener decrypts the records of one direction, in their order. What it knows to come in
// plain text it returns as it is.
type opener interface {
	open(header, payload []byte) (kind uint8, content []byte, err error)
}

// NewReader returns a Reader over a connection. The connection limits the time.
func NewReader(in io.Reader) *Reader { return &Reader{in: in} }

// Received reports whether the server has sent any whole record.
func (r *Reader) Received() bool { return r.records > 0 }

// Describe returns the next record in words, such as "alert bad_record_mac". Its errors
// are those of ReadFlight, without Alert.
func (r *Reader) Describe() (string, error) {
	kind, payload, err := r.record()
	if err != nil || kind != recordAlert {
		return fmt.Sprintf("record of type %d", kind), err
	}
	alert, _, err := parseAlert(payload)
	return alert.Error(), err
}

// record reads one record; decrypted if there are keys.
func (r *Reader) record() (kind uint8, payload []byte, err error) {
	if r.records >= maxRecords {
		return 0, nil, ErrTooMuch
	}
	var header [5]byte
	if _, err := io.ReadFull(r.in, header[:]); err != nil {
		return 0, nil, err
	}
	kind = header[0]
	if kind < recordChangeCipherSpec || kind > recordApplicationData || header[1] != 3 {
		if r.records == 0 {
			return 0, nil, ErrNotTLS
		}
		return 0, nil, fmt.Errorf("%w: record type %d", ErrMalformed, kind)
	}
	length := int(header[3])<<8 | int(header[4])
	if length > maxRecord {
		return 0, nil, fmt.Errorf("%w: record of %d bytes", ErrMalformed, length)
	}
	payload = make([]byte, length)
	if _, err := io.ReadFull(r.in, payload); err != nil {
		return 0, nil, err
	}
	r.records++
	if r.keys != nil {
		return r.keys.open(header[:], payload)
	}
	return kind, payload, nil
}

// message is one handshake message.
type message struct {
	kind uint8
	body []byte
	raw  []byte // with its header, for the transcript
}

// message reads the next handshake message. A fatal alert comes back as an Alert.
func (r *Reader) message() (message, error) {
	for {
		if m, whole, err := r.cut(); err != nil || whole {
			return m, err
		}
		kind, payload, err := r.record()
		if err != nil {
			return message{}, err
		}
		switch kind {
		case recordHandshake:
			if len(payload) == 0 {
				return message{}, fmt.Errorf("%w: empty handshake record", ErrMalformed)
			}
			r.pending = append(r.pending, payload...)
		case recordAlert:
			alert, fatal, err := parseAlert(payload)
			if err != nil {
				return message{}, err
			}
			if fatal {
				return message{}, alert
			}
		case recordChangeCipherSpec:
			// Sent by TLS 1.3 servers for middleboxes; it means nothing here.
		default:
			return message{}, fmt.Errorf("%w: record type %d in a handshake", ErrMalformed, kind)
		}
	}
}

// cut takes a whole message off what is pending.
func (r *Reader) cut() (message, bool, error) {
	if len(r.pending) < 4 {
		return message{}, false, nil
	}
	p := parser{rest: r.pending}
	kind, length := p.uint8(), p.uint24()
	if length > maxMessage {
		return message{}, false, fmt.Errorf("%w: handshake message of %d bytes", ErrMalformed, length)
	}
	body := p.bytes(length)
	if p.bad {
		return message{}, false, nil
	}
	raw := r.pending[: 4+length : 4+length]
	r.pending = p.rest
	return message{kind: kind, body: body, raw: raw}, true, nil
}
