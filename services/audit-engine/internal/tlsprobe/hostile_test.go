package tlsprobe_test

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// impatient probes with a short Timeout, for servers that stay silent.
func impatient(t *testing.T, addr string) *tlsprobe.Result {
	t.Helper()
	c := config(addr)
	c.Timeout = 100 * time.Millisecond
	r, err := tlsprobe.Probe(t.Context(), c)
	if err != nil {
		t.Fatalf("Probe: %v", err)
	}
	return r
}

func TestHostileServers(t *testing.T) {
	t.Parallel()
	reset := func(conn net.Conn) {
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
	write := func(b []byte) func(net.Conn) {
		return func(conn net.Conn) {
			readRecord(conn)
			conn.Write(b)
			io.Copy(io.Discard, conn)
		}
	}
	repeat := func(record []byte) func(net.Conn) {
		return func(conn net.Conn) {
			readRecord(conn)
			for {
				if _, err := conn.Write(record); err != nil {
					return
				}
			}
		}
	}
	tests := map[string]struct {
		handle func(net.Conn)
		most   int // connections
	}{
		"silence":          {func(conn net.Conn) { io.Copy(io.Discard, conn) }, 12},
		"reset":            {reset, 40},
		"close":            {func(net.Conn) {}, 40},
		"half a record":    {write([]byte{22, 3, 3, 0, 80, 2, 0, 0}), 12},
		"plain HTTP":       {write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")), 40},
		"garbage":          {write(bytes.Repeat([]byte{0xa5}, 5000)), 40},
		"oversized record": {write([]byte{22, 3, 3, 0xff, 0xff}), 40},
		"huge message":     {repeat(append([]byte{22, 3, 3, 0x40, 0}, bytes.Repeat([]byte{2, 0xff, 0xff, 0xff}, 0x1000)...)), 40},
		"endless records":  {repeat(append([]byte{22, 3, 3, 0x40, 0}, make([]byte, 0x4000)...)), 40},
		"alert storm":      {repeat([]byte{21, 3, 3, 0, 2, 1, 112}), 40},
		"empty records":    {repeat([]byte{22, 3, 3, 0, 0}), 40},
		"slow bytes": {func(conn net.Conn) {
			readRecord(conn)
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for i := 0; ; i++ {
				if _, err := conn.Write([]byte{[]byte{22, 3, 3, 1, 0}[min(i, 4)]}); err != nil {
					return
				}
				<-tick.C
			}
		}, 12},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := impatient(t, serve(t, tt.handle))
			expect(t, "versions", offered(r), "unknown unknown unknown unknown unknown unknown")
			expect(t, "number of open questions", len(r.Unknown), 6)
			if r.Connections > tt.most {
				t.Errorf("%d connections, want at most %d", r.Connections, tt.most)
			}
		})
	}
}

// TestIntolerance has servers that are fine but for their way with long hellos. Each
// must look as it does to short ones.
func TestIntolerance(t *testing.T) {
	t.Parallel()
	tests := map[string]func(hello []byte) (answer []byte, pass bool){
		"no answer to more than 255 bytes": func(hello []byte) ([]byte, bool) {
			return nil, len(hello) <= 5+255
		},
		"decode_error for many suites": func(hello []byte) ([]byte, bool) {
			return []byte{21, 3, 1, 0, 2, 2, 50}, len(helloSuites(hello)) <= 64
		},
		"handshake_failure for many suites": func(hello []byte) ([]byte, bool) {
			return []byte{21, 3, 1, 0, 2, 2, 40}, len(helloSuites(hello)) <= 64
		},
	}
	for name, filter := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := &tls.Config{
				Certificates: []tls.Certificate{rsaCertificate(t)},
				MinVersion:   tls.VersionTLS10,
				MaxVersion:   tls.VersionTLS11,
				CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA},
			}
			r := impatient(t, serve(t, func(conn net.Conn) {
				hello := readRecord(conn)
				answer, pass := filter(hello)
				if !pass {
					conn.Write(answer)
					io.Copy(io.Discard, conn)
					return
				}
				server := tls.Server(replayedConn{conn, io.MultiReader(bytes.NewReader(hello), conn)}, settings)
				server.Handshake()
			}))
			for _, version := range []uint16{tlsprobe.TLS10, tlsprobe.TLS11} {
				v := r.Version(version)
				expect(t, "offered "+tlsprobe.VersionName(version), v.Offered, tlsprobe.Yes)
				expect(t, "suites", names(v.Suites), []string{"TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"})
			}
		})
	}
}

// filtered runs a server of crypto/tls behind a filter of its first record: what the
// filter returns is sent instead of the server's answer, nil lets the hello pass.
func filtered(t *testing.T, settings *tls.Config, filter func(hello []byte) []byte) string {
	t.Helper()
	return serve(t, func(conn net.Conn) {
		hello := readRecord(conn)
		if answer := filter(hello); answer != nil {
			conn.Write(answer)
			io.Copy(io.Discard, conn)
			return
		}
		server := tls.Server(replayedConn{conn, io.MultiReader(bytes.NewReader(hello), conn)}, settings)
		var b [64]byte
		for {
			if _, err := server.Read(b[:]); err != nil {
				return
			}
		}
	})
}

// TestServerWithoutHelloRetry has one that fails where it should ask for a key share.
func TestServerWithoutHelloRetry(t *testing.T) {
	t.Parallel()
	noShares := []byte{0, 51, 0, 2, 0, 0}
	r := probe(t, filtered(t, &tls.Config{
		Certificates:     []tls.Certificate{rsaCertificate(t)},
		MinVersion:       tls.VersionTLS13,
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP521},
	}, func(hello []byte) []byte {
		if bytes.Contains(hello, noShares) {
			return []byte{21, 3, 3, 0, 2, 2, 40}
		}
		return nil
	}))
	expect(t, "hello retry", r.Features.HelloRetry, tlsprobe.No)
	expect(t, "groups", groupNames(r.Version(tlsprobe.TLS13).Groups), []string{"X25519", "secp521r1"})
	expect(t, "number of chains", len(r.Chains), 1)
	expect(t, "unknown", r.Unknown, []string{
		"groups of TLS 1.3 other than the most common: the server does not ask for another key share",
	})
}

// TestSecurityLevelOfOpenSSL has the answer of OpenSSL 3 to old versions.
func TestSecurityLevelOfOpenSSL(t *testing.T) {
	t.Parallel()
	r := probe(t, filtered(t, &tls.Config{Certificates: []tls.Certificate{rsaCertificate(t)}}, func(hello []byte) []byte {
		if len(hello) > 10 && hello[0] == 22 && hello[10] < 3 {
			return []byte{21, 3, 1, 0, 2, 2, 80}
		}
		return nil
	}))
	expect(t, "versions", offered(r), "no no no no yes yes")
	expect(t, "unknown", r.Unknown, nil)
}

// TestServerThatClosesInsteadOfRefusing leaves open what it did not say.
func TestServerThatClosesInsteadOfRefusing(t *testing.T) {
	t.Parallel()
	suites := []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384}
	settings := &tls.Config{
		Certificates: []tls.Certificate{rsaCertificate(t)}, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
		CipherSuites: suites,
	}
	r := probe(t, serve(t, func(conn net.Conn) {
		hello := readRecord(conn)
		if len(hello) < 11 || hello[10] != 3 || !slices.ContainsFunc(helloSuites(hello), func(id uint16) bool { return slices.Contains(suites, id) }) {
			return
		}
		tls.Server(replayedConn{conn, io.MultiReader(bytes.NewReader(hello), conn)}, settings).Handshake()
	}))
	expect(t, "versions", offered(r), "no unknown unknown unknown yes unknown")
	v := r.Version(tlsprobe.TLS12)
	expect(t, "suites", len(v.Suites), 2)
	expect(t, "complete", v.Complete, false)
	for _, want := range []string{"SSL 3.0: the server closed the connection", "further suites of TLS 1.2: the server closed the connection"} {
		if !slices.Contains(r.Unknown, want) {
			t.Errorf("Unknown = %q, want %q in it", r.Unknown, want)
		}
	}
}

// replayedConn gives its server again what was read before.
type replayedConn struct {
	net.Conn
	in io.Reader
}

func (c replayedConn) Read(b []byte) (int, error) { return c.in.Read(b) }

// readRecord reads one TLS record with its header; SSL 2.0 hellos end up in it as they are.
func readRecord(conn net.Conn) []byte {
	header := make([]byte, 5)
	if _, err := io.ReadFull(conn, header); err != nil {
		return nil
	}
	length := int(binary.BigEndian.Uint16(header[3:]))
	if header[0]&0x80 != 0 {
		length = int(header[0]&0x7f)<<8 + int(header[1]) - 3
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(conn, body); err != nil {
		return nil
	}
	return slices.Concat(header, body)
}

// helloSuites reads the suites of a ClientHello in a record.
func helloSuites(record []byte) []uint16 {
	const session = 5 + 4 + 2 + 32
	if len(record) < session+1 || record[0] != 22 {
		return nil
	}
	rest := record[session+1+int(record[session]):]
	var suites []uint16
	for i := 2; i < 2+int(binary.BigEndian.Uint16(rest)); i += 2 {
		suites = append(suites, binary.BigEndian.Uint16(rest[i:]))
	}
	return suites
}
