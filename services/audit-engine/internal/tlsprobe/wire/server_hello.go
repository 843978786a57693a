package wire

import (
	"bytes"
	"fmt"
)

// ServerHello is a server's choice.
type ServerHello struct {
	Version uint16 // the negotiated one, also in TLS 1.3
	Session []byte // id of the session
	Suite   uint16
	Retry   bool // a HelloRetryRequest

	Group    uint16 // key_share of TLS 1.3, or what a HelloRetryRequest asks for
	KeyShare []byte

	Deflate              bool // compression was agreed on
	SecureRenegotiation  bool
	ExtendedMasterSecret bool
	EncryptThenMAC       bool
	SessionTicket        bool
	ALPN                 string
	Timestamps           []byte // list of signed certificate timestamps, as sent
}

// retryRandom marks a ServerHello as a HelloRetryRequest, RFC 8446 4.1.3.
var retryRandom = []byte{
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
}

// ParseServerHello reads the body of a ServerHello. Its errors wrap ErrMalformed.
func ParseServerHello(body []byte) (*ServerHello, error) {
	p := parser{rest: body}
	h := &ServerHello{Version: p.uint16()}
	h.Retry = bytes.Equal(p.bytes(32), retryRandom)
	h.Session = p.vector8()
	h.Suite = p.uint16()
	compression := p.uint8()
	if p.bad || len(h.Session) > 32 || compression > compressionDeflate {
		return nil, fmt.Errorf("%w: ServerHello", ErrMalformed)
	}
	h.Deflate = compression == compressionDeflate
	if p.more() {
		p.extensions(h.extension)
	}
	if !p.done() {
		return nil, fmt.Errorf("%w: extensions of the ServerHello", ErrMalformed)
	}
	return h, nil
}

func (h *ServerHello) extension(number uint16, data []byte) {
	p := parser{rest: data}
	switch number {
	case extVersions:
		h.Version = p.uint16()
	case extKeyShare:
		h.Group = p.uint16()
		if !h.Retry {
			h.KeyShare = p.vector16()
		}
	case extRenegotiation:
		h.SecureRenegotiation = true
	case extExtendedMaster:
		h.ExtendedMasterSecret = true
	case extEncryptThenMAC:
		h.EncryptThenMAC = true
	case extSessionTicket:
		h.SessionTicket = true
	case extTimestamps:
		h.Timestamps = data
	case extALPN:
		h.ALPN = parseALPN(data)
	}
}

// parseALPN returns the protocol that a server chose, or "" if its answer is not one.
func parseALPN(data []byte) string {
	p := parser{rest: data}
	list := parser{rest: p.vector16()}
	protocol := list.vector8()
	if !list.done() {
		return ""
	}
	return string(protocol)
}
