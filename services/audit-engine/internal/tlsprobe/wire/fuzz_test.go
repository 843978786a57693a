package wire

import (
	"bytes"
	"testing"
)

// FuzzServerHelloFields: what a server chose is what is read, whatever extensions of
// others stand around it, and no beginning of a hello with extensions is a whole one.
func FuzzServerHelloFields(f *testing.F) {
	f.Add(uint16(TLS12), uint16(0xc02f), uint16(0), []byte(nil), []byte("h2"), uint16(0x1234), []byte{1})
	f.Add(uint16(TLS13), uint16(0x1301), uint16(GroupX25519), []byte{1, 2, 3}, []byte(nil), uint16(0), []byte(nil))
	f.Add(uint16(TLS10), uint16(0x0005), uint16(GroupP384), []byte{}, []byte("http/1.1"), uint16(extALPN), bytes.Repeat([]byte{9}, 300))
	f.Fuzz(func(t *testing.T, version, suite, group uint16, share, protocol []byte, other uint16, content []byte) {
		if len(share)+len(content) > 1<<14 || len(protocol) > 255 {
			return // it would not fit into the lengths
		}
		switch other {
		case extVersions, extKeyShare, extRenegotiation, extExtendedMaster, extEncryptThenMAC, extSessionTicket, extALPN:
			other = 0xfafa // one that nobody knows
		}
		body := serverHello(TLS12, suite, nil, func(w *writer) {
			w.extension(other, func() { w.bytes(content) })
			w.extension(extVersions, func() { w.uint16(version) })
			w.extension(extKeyShare, func() { w.uint16(group); w.vector16(func() { w.bytes(share) }) })
			w.extension(other, func() { w.bytes(content) })
			w.extension(extALPN, func() { w.vector16(func() { w.vector8(func() { w.bytes(protocol) }) }) })
			w.extension(extSessionTicket, func() {})
		})
		h, err := ParseServerHello(body)
		if err != nil {
			t.Fatalf("% x: %v", body, err)
		}
		if h.Version != version || h.Suite != suite || h.Group != group || !bytes.Equal(h.KeyShare, share) || h.ALPN != string(protocol) || !h.SessionTicket {
			t.Errorf("% x: %+v", body, h)
		}
		if h.Retry || h.Deflate || h.SecureRenegotiation || h.ExtendedMasterSecret || h.EncryptThenMAC {
			t.Errorf("% x: %+v has what was not sent", body, h)
		}
		for _, n := range []int{len(body) - 1, 39, 20} { // 38 bytes are a hello without extensions
			if cut, err := ParseServerHello(body[:n]); err == nil {
				t.Errorf("the first %d bytes of % x: %+v", n, body, cut)
			}
		}
	})
}
