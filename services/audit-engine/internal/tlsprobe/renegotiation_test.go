package tlsprobe_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func TestClientRenegotiation(t *testing.T) {
	t.Parallel()
	certificate, key := writeCertificate(t, t.TempDir(), "rsa", rsaCertificate(t))
	tests := map[string]struct {
		args string
		most int // records of the client that pass; 0: all
		want tlsprobe.Answer
	}{
		"AES-128-GCM":          {"-client_renegotiation -cipher ECDHE-RSA-AES128-GCM-SHA256", 0, tlsprobe.Yes},
		"AES-256-GCM":          {"-client_renegotiation -tls1_2 -cipher AES256-GCM-SHA384", 0, tlsprobe.Yes},
		"CBC in TLS 1.2":       {"-client_renegotiation -tls1_2 -cipher AES256-SHA", 0, tlsprobe.Yes},
		"CBC in TLS 1.1":       {"-client_renegotiation -tls1_1 -cipher ECDHE-RSA-AES128-SHA:@SECLEVEL=0", 0, tlsprobe.Yes},
		"CBC in TLS 1.0":       {"-client_renegotiation -tls1 -cipher AES128-SHA:@SECLEVEL=0", 0, tlsprobe.Yes},
		"asks for certificate": {"-client_renegotiation -tls1_2 -verify 1", 0, tlsprobe.Yes},
		"declines":             {"-tls1_2", 0, tlsprobe.No},
		"breaks one off":       {"-client_renegotiation -tls1_2 -cipher AES128-SHA", 5, tlsprobe.No},
		"allows one":           {"-client_renegotiation -tls1_2 -cipher AES128-SHA", 8, tlsprobe.No},
		"CBC with SHA-256":     {"-client_renegotiation -tls1_2 -cipher ECDHE-RSA-AES128-SHA256", 0, tlsprobe.Yes},
		"ChaCha20":             {"-client_renegotiation -tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305", 0, tlsprobe.Yes},
		"ARIA alone":           {"-client_renegotiation -tls1_2 -cipher ECDHE-ARIA128-GCM-SHA256", 0, tlsprobe.Unknown},
		"TLS 1.3 alone":        {"-client_renegotiation -tls1_3", 0, tlsprobe.NotApplicable},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr := serveOpenSSL(t, append([]string{"-cert", certificate, "-key", key}, strings.Fields(tt.args)...)...)
			if tt.most > 0 {
				addr = cutting(t, addr, tt.most)
			}
			expect(t, "answer", probe(t, addr).Features.ClientRenegotiation, tt.want)
		})
	}
}

// cutting stands before a server, and closes once the client has sent some records.
func cutting(t *testing.T, to string, records int) string {
	t.Helper()
	return serve(t, func(conn net.Conn) {
		server, err := new(net.Dialer).DialContext(t.Context(), "tcp", to)
		if err != nil {
			return
		}
		defer server.Close()
		go io.Copy(conn, server)
		for range records {
			record := readRecord(conn)
			if record == nil {
				return
			}
			server.Write(record)
		}
		readRecord(conn)
	})
}

// TestHostileAfterHandshake has servers that answer oddly where a renegotiation was to
// begin.
func TestHostileAfterHandshake(t *testing.T) {
	t.Parallel()
	write := func(b []byte) func(net.Conn, *tls.Conn) {
		return func(conn net.Conn, _ *tls.Conn) {
			conn.Write(b)
			io.Copy(io.Discard, conn)
		}
	}
	repeat := func(b []byte) func(net.Conn, *tls.Conn) {
		return func(conn net.Conn, _ *tls.Conn) {
			for {
				if _, err := conn.Write(b); err != nil {
					return
				}
			}
		}
	}
	tests := map[string]struct {
		answer func(net.Conn, *tls.Conn)
		want   tlsprobe.Answer
	}{
		"silence":          {write(nil), tlsprobe.No},
		"close":            {func(net.Conn, *tls.Conn) {}, tlsprobe.No},
		"close_notify":     {func(_ net.Conn, c *tls.Conn) { c.CloseWrite() }, tlsprobe.No},
		"reset":            {func(conn net.Conn, _ *tls.Conn) { conn.(*net.TCPConn).SetLinger(0) }, tlsprobe.No},
		"data":             {func(_ net.Conn, c *tls.Conn) { c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) }, tlsprobe.No},
		"plain alert":      {write([]byte{21, 3, 3, 0, 2, 1, 100}), tlsprobe.Unknown},
		"oversized record": {write([]byte{22, 3, 3, 0xff, 0xff}), tlsprobe.Unknown},
		"empty record":     {write([]byte{22, 3, 3, 0, 0}), tlsprobe.Unknown},
		"garbage":          {repeat(bytes.Repeat([]byte{0xa5}, 5000)), tlsprobe.Unknown},
		"endless records":  {repeat(append([]byte{22, 3, 3, 0x40, 0}, make([]byte, 0x4000)...)), tlsprobe.Unknown},
	}
	for name, tt := range tests {
		for kind, suite := range map[string]uint16{"GCM": tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "CBC": tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, "ChaCha20": tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256} {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				settings := &tls.Config{Certificates: []tls.Certificate{rsaCertificate(t)}, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}}
				began := time.Now()
				c := config(serve(t, func(conn net.Conn) {
					server := tls.Server(conn, settings)
					if server.Handshake() == nil && readRecord(conn) != nil {
						tt.answer(conn, server)
					}
				}))
				c.Timeout = 500 * time.Millisecond
				r, err := tlsprobe.Probe(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				expect(t, "answer", r.Features.ClientRenegotiation, tt.want)
				expect(t, "open questions", len(r.Unknown) > 0, tt.want == tlsprobe.Unknown)
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("the probe took %v", took)
				}
			})
		}
	}
}
