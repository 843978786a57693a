package wire

import (
	"errors"
	"fmt"
	"io"
)

// recordHeartbeat is the type of heartbeat records, RFC 6520 section 4.
const recordHeartbeat = 24

// The message that a faulty server answers: it claims claimedPayload bytes of payload
// and brings none.
const (
	heartbeatRequest  = 1
	heartbeatResponse = 2
	claimedPayload    = 16
)

// ErrNoHeartbeat is a server that went on without an answer to a heartbeat.
var ErrNoHeartbeat = errors.New("no heartbeat came back")

// Bleeds sends a heartbeat that claims to be longer than it is, and reports whether the
// server answers it with bytes that were never sent (CVE-2014-0160). RFC 6520 wants such a
// message to be dropped. The 16 bytes that may come are not kept. Call it between the
// server's flight and the client's, when nothing is encrypted yet.
func Bleeds(conn io.ReadWriter, version uint16) (bool, error) {
	var w writer
	w.uint8(recordHeartbeat)
	w.uint16(version)
	w.vector16(func() {
		w.uint8(heartbeatRequest)
		w.uint16(claimedPayload)
	})
	if _, err := conn.Write(w.out); err != nil {
		return false, fmt.Errorf("send the heartbeat: %w", err)
	}
	for range maxRecords {
		var header [5]byte
		if _, err := io.ReadFull(conn, header[:]); err != nil {
			return false, errors.Join(ErrNoHeartbeat, err)
		}
		length := int(header[3])<<8 | int(header[4])
		if length > maxRecord {
			return false, ErrMalformed
		}
		payload := make([]byte, length)
		if _, err := io.ReadFull(conn, payload); err != nil {
			return false, errors.Join(ErrNoHeartbeat, err)
		}
		if header[0] == recordHeartbeat {
			return length >= 3+claimedPayload && payload[0] == heartbeatResponse, nil
		}
		if header[0] == recordAlert {
			return false, nil
		}
	}
	return false, ErrTooMuch
}
