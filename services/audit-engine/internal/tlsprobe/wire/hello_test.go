package wire

import (
	"bytes"
	"crypto/tls"
	"net"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestClientHelloIsReadByTheStandardLibrary lets crypto/tls parse a hello.
func TestClientHelloIsReadByTheStandardLibrary(t *testing.T) {
	t.Parallel()
	client, server := net.Pipe()
	defer server.Close()
	hello := ClientHello{
		Version: TLS13, Suites: []uint16{0x1301, 0x1302}, ServerName: "shop.example",
		Groups: []uint16{GroupX25519, GroupP256}, Signatures: []uint16{0x0403, 0x0804},
		ALPN: []string{"h2", "http/1.1"}, Status: true, ExtendedMasterSecret: true, SessionTicket: true,
	}
	go func() {
		client.Write(hello.Record())
		client.Close() // nobody reads the server's alert
	}()
	var got *tls.ClientHelloInfo
	tls.Server(server, &tls.Config{GetConfigForClient: func(info *tls.ClientHelloInfo) (*tls.Config, error) {
		got = info
		return nil, net.ErrClosed
	}}).Handshake()
	if got == nil {
		t.Fatal("crypto/tls does not read the hello")
	}
	if got.ServerName != "shop.example" || !slices.Equal(got.CipherSuites, hello.Suites) ||
		!slices.Equal(got.SupportedProtos, hello.ALPN) || !slices.Equal(got.SupportedVersions, []uint16{TLS13}) ||
		!slices.Equal(got.SupportedCurves, []tls.CurveID{tls.X25519, tls.CurveP256}) {
		t.Errorf("crypto/tls reads %+v", got)
	}
}

func TestClientHelloLengths(t *testing.T) {
	t.Parallel()
	for suites := range 300 {
		hello := ClientHello{Version: TLS12, Suites: make([]uint16, suites+1), Groups: []uint16{GroupP256}}
		if size := len(hello.Record()) - 5; size > 255 && size < 512 {
			t.Errorf("%d suites make a message of %d bytes, which some load balancers hang on", suites+1, size)
		}
	}
	plain := ClientHello{Version: SSL30, Suites: []uint16{5}, ServerName: "shop.example", Deflate: true}.Record()
	want := 5 + 4 + 2 + 32 + 1 + 2 + 2 + 1 + 2
	if len(plain) != want || !bytes.HasPrefix(plain, []byte{22, 3, 0}) {
		t.Errorf("SSL 3.0 hello is % x, want %d bytes without extensions", plain, want)
	}
	if (ClientHello{ServerName: "192.0.2.1"}).sni() != "" || (ClientHello{ServerName: "2001:db8::1"}).sni() != "" {
		t.Error("an address is sent as a server name")
	}
}

// serverHello builds the body of a ServerHello.
func serverHello(version, suite uint16, random []byte, extensions func(*writer)) []byte {
	var w writer
	w.uint16(version)
	w.bytes(append(random, make([]byte, 32-len(random))...))
	w.vector8(func() { w.bytes([]byte("id")) })
	w.uint16(suite)
	w.uint8(0)
	if extensions != nil {
		w.vector16(func() { extensions(&w) })
	}
	return w.out
}

func TestParseServerHello(t *testing.T) {
	t.Parallel()
	retry := serverHello(TLS12, 0x1301, slices.Clone(retryRandom), func(w *writer) {
		w.extension(extVersions, func() { w.uint16(TLS13) })
		w.extension(extKeyShare, func() { w.uint16(GroupP384) })
	})
	modern := serverHello(TLS12, 0x1302, nil, func(w *writer) {
		w.extension(extVersions, func() { w.uint16(TLS13) })
		w.extension(extKeyShare, func() { w.uint16(GroupX25519); w.vector16(func() { w.bytes([]byte{1, 2}) }) })
	})
	old := serverHello(TLS12, 0xc02f, nil, func(w *writer) {
		w.extension(extRenegotiation, func() { w.uint8(0) })
		w.extension(extExtendedMaster, func() {})
		w.extension(extEncryptThenMAC, func() {})
		w.extension(extSessionTicket, func() {})
		w.extension(extALPN, func() { w.vector16(func() { w.vector8(func() { w.bytes([]byte("h2")) }) }) })
	})
	tests := []struct {
		name string
		body []byte
		want *ServerHello
	}{
		{"retry", retry, &ServerHello{Version: TLS13, Suite: 0x1301, Retry: true, Group: GroupP384}},
		{"TLS 1.3", modern, &ServerHello{Version: TLS13, Suite: 0x1302, Group: GroupX25519, KeyShare: []byte{1, 2}}},
		{"TLS 1.2", old, &ServerHello{Version: TLS12, Suite: 0xc02f, SecureRenegotiation: true, ExtendedMasterSecret: true, EncryptThenMAC: true, SessionTicket: true, ALPN: "h2"}},
		{"SSL 3.0", serverHello(SSL30, 5, nil, nil), &ServerHello{Version: SSL30, Suite: 5}},
		{"empty", nil, nil},
		{"cut", old[:len(old)-1], nil},
		{"trailing", append(slices.Clone(old), 0), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseServerHello(tt.body)
			if tt.want != nil {
				tt.want.Session = []byte("id")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || (err != nil) != (tt.want == nil) {
				t.Errorf("ParseServerHello: error %v, differs (-want +got):\n%s", err, diff)
			}
		})
	}
}
