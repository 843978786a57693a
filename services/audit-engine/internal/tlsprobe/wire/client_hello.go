package wire

import (
	"crypto/rand"
	"net/netip"
)

// Versions of the protocol as they stand in its messages.
const (
	SSL20 = 0x0002
	SSL30 = 0x0300
	TLS10 = 0x0301
	TLS11 = 0x0302
	TLS12 = 0x0303
	TLS13 = 0x0304
)

// Extension numbers, from IANA's registry of TLS ExtensionType values.
const (
	extServerName      = 0
	extStatusRequest   = 5
	extGroups          = 10
	extPointFormats    = 11
	extSignatures      = 13
	extHeartbeat       = 15 // RFC 6520
	extALPN            = 16
	extTimestamps      = 18 // RFC 6962 section 3.3.1
	extPadding         = 21
	extEncryptThenMAC  = 22 // RFC 7366
	extExtendedMaster  = 23 // RFC 7627
	extSessionTicket   = 35
	extEarlyData       = 42
	extVersions        = 43
	extPSKModes        = 45
	extKeyShare        = 51
	extRenegotiation   = 0xff01 // RFC 5746
	handshakeClientHi  = 1
	compressionNull    = 0
	compressionDeflate = 1 // RFC 3749
)

// Signalling suites, which ask for a behaviour instead of a cipher.
const (
	RenegotiationSCSV = 0x00ff // RFC 5746
	FallbackSCSV      = 0x5600 // RFC 7507
)

// ClientHello is what a client opens with. Its zero fields are left out of the message,
// so that a server sees exactly what a caller wants it to answer.
type ClientHello struct {
	Version    uint16 // SSL30 to TLS13
	Suites     []uint16
	ServerName string // an address or "" sends none

	Groups     []uint16 // supported_groups
	Signatures []uint16 // signature_algorithms
	KeyShares  []KeyShare
	ALPN       []string
	Session    []byte // id of a session to resume, up to TLS 1.2
	Ticket     []byte // of that session, sent with SessionTicket

	Deflate              bool // offers compression
	ExtendedMasterSecret bool
	EncryptThenMAC       bool
	SessionTicket        bool
	Status               bool // asks for a stapled OCSP response
	Timestamps           bool // asks for signed certificate timestamps
	Heartbeat            bool // allows the server to send heartbeats
}

// KeyShare is one public key of the key_share extension of TLS 1.3.
type KeyShare struct {
	Group uint16
	Data  []byte
}

// Record returns the hello as one record. SSL 3.0 knows no extensions, so none are sent.
func (h ClientHello) Record() []byte {
	message := h.message()
	version := uint16(TLS10) // what every implementation since puts there, RFC 8446 5.1
	if h.Version == SSL30 {
		version = SSL30
	}
	var w writer
	w.uint8(recordHandshake)
	w.uint16(version)
	w.vector16(func() { w.bytes(message) })
	return w.out
}

// message returns the handshake message with its four bytes of header.
func (h ClientHello) message() []byte {
	body := h.body(0)
	// Some load balancers hang on messages of 256 to 511 bytes (RFC 7685).
	if size := len(body) + 4; h.Version > SSL30 && size > 255 && size < 512 {
		body = h.body(max(512-size-4, 1))
	}
	var w writer
	w.uint8(handshakeClientHi)
	w.vector24(func() { w.bytes(body) })
	return w.out
}

func (h ClientHello) body(padding int) []byte {
	var w writer
	w.uint16(min(h.Version, TLS12))
	w.bytes(random(32))
	w.vector8(func() {
		if h.Version == TLS13 {
			w.bytes(random(32)) // middlebox compatibility, RFC 8446 appendix D.4
		} else {
			w.bytes(h.Session)
		}
	})
	w.vector16(func() { w.uint16s(h.Suites) })
	w.vector8(func() {
		if h.Deflate {
			w.uint8(compressionDeflate)
		}
		w.uint8(compressionNull)
	})
	if h.Version > SSL30 {
		w.vector16(func() { h.extensions(&w, padding) })
	}
	return w.out
}

func (h ClientHello) extensions(w *writer, padding int) {
	if name := h.sni(); name != "" {
		w.extension(extServerName, func() {
			w.vector16(func() {
				w.uint8(0)
				w.vector16(func() { w.bytes([]byte(name)) })
			})
		})
	}
	if h.ExtendedMasterSecret {
		w.extension(extExtendedMaster, func() {})
	}
	if h.SessionTicket {
		w.extension(extSessionTicket, func() { w.bytes(h.Ticket) })
	}
	if h.Heartbeat {
		w.extension(extHeartbeat, func() { w.uint8(1) })
	}
	if h.EncryptThenMAC {
		w.extension(extEncryptThenMAC, func() {})
	}
	if h.Status {
		w.extension(extStatusRequest, func() {
			w.uint8(1) // ocsp
			w.uint16(0)
			w.uint16(0)
		})
	}
	if h.Timestamps {
		w.extension(extTimestamps, func() {})
	}
	if len(h.ALPN) > 0 {
		w.extension(extALPN, func() {
			w.vector16(func() {
				for _, protocol := range h.ALPN {
					w.vector8(func() { w.bytes([]byte(protocol)) })
				}
			})
		})
	}
	if padding > 0 {
		w.extension(extPadding, func() { w.bytes(make([]byte, padding)) })
	}
	h.negotiation(w)
}

// negotiation writes the extensions that offer a choice. They come last because some
// servers fail when the last extension is empty.
func (h ClientHello) negotiation(w *writer) {
	if len(h.Groups) > 0 {
		w.extension(extGroups, func() { w.vector16(func() { w.uint16s(h.Groups) }) })
		if h.Version < TLS13 {
			w.extension(extPointFormats, func() { w.vector8(func() { w.uint8(0) }) })
		}
	}
	if len(h.Signatures) > 0 {
		w.extension(extSignatures, func() { w.vector16(func() { w.uint16s(h.Signatures) }) })
	}
	if h.Version == TLS13 {
		w.extension(extVersions, func() { w.vector8(func() { w.uint16(TLS13) }) })
		w.extension(extPSKModes, func() { w.vector8(func() { w.uint8(1) }) })
		w.extension(extKeyShare, func() {
			w.vector16(func() {
				for _, share := range h.KeyShares {
					w.uint16(share.Group)
					w.vector16(func() { w.bytes(share.Data) })
				}
			})
		})
	}
}

// sni is the name to ask for: addresses are not allowed in the extension (RFC 6066).
func (h ClientHello) sni() string {
	if _, err := netip.ParseAddr(h.ServerName); err == nil || len(h.ServerName) > 255 {
		return ""
	}
	return h.ServerName
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, see its documentation
	return b
}
