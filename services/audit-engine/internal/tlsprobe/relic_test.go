package tlsprobe_test

import (
	"crypto/rand"
	"encoding/binary"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// relic answers like a server of the nineties: SSL 2.0, SSL 3.0, export suites with
// short keys, compression.
func relic(suites ...uint16) func(net.Conn) {
	return func(conn net.Conn) {
		hello := readRecord(conn)
		if len(hello) == 0 {
			return
		}
		if hello[0]&0x80 != 0 {
			conn.Write(ssl2Hello())
			return
		}
		if hello[9] != 3 || hello[10] != 0 {
			conn.Write([]byte{21, 3, 0, 0, 2, 2, 70})
			return
		}
		for _, suite := range suites {
			for _, offered := range helloSuites(hello) {
				if suite == offered {
					conn.Write(relicFlight(suite))
					return
				}
			}
		}
		conn.Write([]byte{21, 3, 0, 0, 2, 2, 40})
	}
}

func ssl2Hello() []byte {
	body := []byte{4, 0, 1, 0, 2, 0, 3, 0, 6, 0, 16}
	body = append(body, "DER"...)
	body = append(body, 0x02, 0x00, 0x80, 0x06, 0x00, 0x40)
	body = append(body, make([]byte, 16)...)
	return append([]byte{0x80, byte(len(body))}, body...)
}

func relicFlight(suite uint16) []byte {
	hello := append([]byte{3, 0}, make([]byte, 32)...)
	hello = append(hello, 0, byte(suite>>8), byte(suite), 1) // with compression
	flight := handshakeMessage(2, hello)
	flight = append(flight, handshakeMessage(11, []byte{0, 0, 6, 0, 0, 3, 'D', 'E', 'R'})...)
	vector := func(b []byte) []byte { return append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...) }
	number := make([]byte, 64) // 512 bits
	rand.Read(number)
	number[0] |= 0x80
	number[63] &^= 1 // no prime
	switch suite {
	case 0x0003:
		flight = append(flight, handshakeMessage(12, append(vector(number), vector([]byte{1, 0, 1})...))...)
	case 0x0014:
		flight = append(flight, handshakeMessage(12, append(append(vector(number), vector([]byte{2})...), vector(number)...))...)
	}
	flight = append(flight, handshakeMessage(14, nil)...)
	return append([]byte{22, 3, 0, byte(len(flight) >> 8), byte(len(flight))}, flight...)
}

func handshakeMessage(kind byte, body []byte) []byte {
	return append([]byte{kind, 0, byte(len(body) >> 8), byte(len(body))}, body...)
}

func TestRelic(t *testing.T) {
	t.Parallel()
	r := probe(t, serve(t, relic(0x0014, 0x0003, 0x0004)))
	expect(t, "versions", offered(r), "yes yes no no no no")
	expect(t, "ciphers of SSL 2.0", r.Version(tlsprobe.SSL20).SSL2Ciphers,
		[]string{"SSL_CK_RC4_128_EXPORT40_WITH_MD5", "SSL_CK_DES_64_CBC_WITH_MD5"})
	v := r.Version(tlsprobe.SSL30)
	expect(t, "suites", names(v.Suites), []string{
		"TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA", "TLS_RSA_EXPORT_WITH_RC4_40_MD5", "TLS_RSA_WITH_RC4_128_MD5",
	})
	expect(t, "order", v.ServerOrder, tlsprobe.Yes)
	expect(t, "export RSA", r.ExportRSA, 512)
	if len(r.DH) == 0 || r.DH[0].Bits != 512 || !r.DH[0].Export || r.DH[0].SafePrime != tlsprobe.No {
		t.Errorf("DH = %+v, want 512 bits for export", r.DH)
	}
	expect(t, "chains", r.Chains, [][][]byte{{[]byte("DER")}})
	expect(t, "compression", r.Features.Compression, tlsprobe.Yes)
	expect(t, "secure renegotiation", r.Features.SecureRenegotiation, tlsprobe.No)
	expect(t, "downgrade", r.Features.FallbackSCSV, tlsprobe.NotApplicable)
}

// TestServerThatAcceptsAnything is asked a bounded number of times.
func TestServerThatAcceptsAnything(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	r := probe(t, serve(t, func(conn net.Conn) {
		connections.Add(1)
		hello := readRecord(conn)
		suites := helloSuites(hello)
		if len(suites) == 0 {
			return
		}
		flight := relicFlight(suites[0])
		copy(flight[9:], hello[9:11])
		conn.Write(flight)
	}))
	if n := int(connections.Load()); n > 190 || n < r.Connections {
		t.Errorf("%d connections, %d according to the result", n, r.Connections)
	}
	if unknown := strings.Join(r.Unknown, "\n"); !strings.Contains(unknown, "the limit of connections was reached") {
		t.Errorf("Unknown = %q", unknown)
	}
}
