package tlsprobe_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// offered returns the answers for the six versions as one word each.
func offered(r *tlsprobe.Result) string {
	var words []string
	for _, v := range r.Versions {
		words = append(words, v.Offered.String())
	}
	return strings.Join(words, " ")
}

func names(suites []tlsprobe.Suite) []string {
	var list []string
	for _, s := range suites {
		list = append(list, s.Name)
	}
	slices.Sort(list)
	return list
}

func groupNames(groups []tlsprobe.Group) []string {
	var list []string
	for _, g := range groups {
		list = append(list, g.String())
	}
	slices.Sort(list)
	return list
}

func expect[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", what, diff)
	}
}

func TestModernServer(t *testing.T) {
	t.Parallel()
	certificate := rsaCertificate(t)
	certificate.OCSPStaple = []byte("a response")
	certificate.SignedCertificateTimestamps = [][]byte{[]byte("abc"), []byte("d")}
	r := probe(t, serveTLS(t, &tls.Config{
		Certificates: []tls.Certificate{certificate},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2", "http/1.1"},
		CipherSuites: []uint16{
			tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
		CurvePreferences: []tls.CurveID{tls.X25519MLKEM768, tls.X25519, tls.CurveP256},
	}))
	expect(t, "versions", offered(r), "no no no no yes yes")
	expect(t, "suites of TLS 1.2", names(r.Version(tlsprobe.TLS12).Suites), []string{
		"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
		"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
	})
	expect(t, "suites of TLS 1.3", names(r.Version(tlsprobe.TLS13).Suites), []string{
		"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
	})
	expect(t, "order of TLS 1.2", r.Version(tlsprobe.TLS12).ServerOrder, tlsprobe.Yes)
	expect(t, "order of TLS 1.3", r.Version(tlsprobe.TLS13).ServerOrder, tlsprobe.Yes)
	expect(t, "curves of TLS 1.2", groupNames(r.Version(tlsprobe.TLS12).Groups), []string{"X25519", "secp256r1"})
	expect(t, "groups of TLS 1.3", groupNames(r.Version(tlsprobe.TLS13).Groups), []string{"X25519", "X25519MLKEM768", "secp256r1"})
	expect(t, "chains", r.Chains, [][][]byte{certificate.Certificate})
	expect(t, "timestamps", r.Timestamps, []tlsprobe.Timestamps{{Leaf: certificate.Certificate[0], List: []byte("\x00\x08\x00\x03abc\x00\x01d")}})
	expect(t, "features", r.Features, tlsprobe.Features{
		FallbackSCSV: tlsprobe.Yes, SecureRenegotiation: tlsprobe.Yes, ClientRenegotiation: tlsprobe.No, ExtendedMasterSecret: tlsprobe.Yes,
		EncryptThenMAC: tlsprobe.NotApplicable, Compression: tlsprobe.No, SessionTickets: tlsprobe.Yes,
		Stapling: tlsprobe.Yes, ClientCertificate: tlsprobe.No, HelloRetry: tlsprobe.Yes, EarlyData: tlsprobe.No,
		ALPN: []string{"h2", "http/1.1"}, OCSP: []byte("a response"),
	})
	expect(t, "unknown", r.Unknown, nil)
	if r.Connections > 30 {
		t.Errorf("%d connections, want at most 30", r.Connections)
	}
}

func TestOldSuitesOfGo(t *testing.T) {
	t.Parallel()
	r := probe(t, serveTLS(t, &tls.Config{
		Certificates: []tls.Certificate{ecdsaCertificate(t), rsaCertificate(t)},
		MinVersion:   tls.VersionTLS10,
		MaxVersion:   tls.VersionTLS12,
		ClientAuth:   tls.RequestClientCert,
		CipherSuites: []uint16{
			tls.TLS_RSA_WITH_RC4_128_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA,
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_128_CBC_SHA256,
		},
	}))
	expect(t, "versions", offered(r), "no no yes yes yes no")
	old := []string{
		"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_RC4_128_SHA",
	}
	expect(t, "suites of TLS 1.0", names(r.Version(tlsprobe.TLS10).Suites), old)
	expect(t, "suites of TLS 1.1", names(r.Version(tlsprobe.TLS11).Suites), old)
	expect(t, "suites of TLS 1.2", names(r.Version(tlsprobe.TLS12).Suites),
		slices.Sorted(slices.Values(append(old, "TLS_RSA_WITH_AES_128_CBC_SHA256"))))
	expect(t, "encrypt-then-MAC", r.Features.EncryptThenMAC, tlsprobe.No)
	expect(t, "client certificate", r.Features.ClientCertificate, tlsprobe.Yes)
	expect(t, "hello retry", r.Features.HelloRetry, tlsprobe.NotApplicable)
	var kinds []x509.PublicKeyAlgorithm
	for _, chain := range r.Chains {
		leaf, err := x509.ParseCertificate(chain[0])
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, leaf.PublicKeyAlgorithm)
	}
	expect(t, "kinds of certificates", kinds, []x509.PublicKeyAlgorithm{x509.RSA, x509.ECDSA})
}

func TestTLS13Alone(t *testing.T) {
	t.Parallel()
	stamped, plain := ecdsaCertificate(t), rsaCertificate(t)
	stamped.SignedCertificateTimestamps = [][]byte{[]byte("a")}
	r := probe(t, serveTLS(t, &tls.Config{
		Certificates:           []tls.Certificate{stamped, plain},
		MinVersion:             tls.VersionTLS13,
		NextProtos:             []string{"http/1.1"},
		ClientAuth:             tls.RequestClientCert,
		CurvePreferences:       []tls.CurveID{tls.CurveP384},
		SessionTicketsDisabled: true,
	}))
	expect(t, "versions", offered(r), "no no no no no yes")
	expect(t, "groups", groupNames(r.Version(tlsprobe.TLS13).Groups), []string{"secp384r1"})
	expect(t, "number of chains", len(r.Chains), 2)
	expect(t, "timestamps", r.Timestamps, []tlsprobe.Timestamps{{Leaf: stamped.Certificate[0], List: []byte("\x00\x03\x00\x01a")}, {Leaf: plain.Certificate[0]}})
	expect(t, "features", r.Features, tlsprobe.Features{
		FallbackSCSV: tlsprobe.NotApplicable, SecureRenegotiation: tlsprobe.NotApplicable, ClientRenegotiation: tlsprobe.NotApplicable,
		ExtendedMasterSecret: tlsprobe.NotApplicable, EncryptThenMAC: tlsprobe.NotApplicable,
		Compression: tlsprobe.NotApplicable, SessionTickets: tlsprobe.No, Stapling: tlsprobe.No,
		ClientCertificate: tlsprobe.Yes, HelloRetry: tlsprobe.Yes, EarlyData: tlsprobe.No, ALPN: []string{"http/1.1"},
	})
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	if _, err := tlsprobe.Probe(t.Context(), tlsprobe.Config{}); err == nil {
		t.Error("no error without Dial")
	}
	c := config("127.0.0.1:1")
	c.MaxParallel = 5
	if _, err := tlsprobe.Probe(t.Context(), c); err == nil {
		t.Error("no error for 5 connections at once")
	}
}

func TestNothingListens(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	c := config("")
	c.Dial = func(context.Context) (net.Conn, error) { return nil, refused }
	r, err := tlsprobe.Probe(t.Context(), c)
	if !errors.Is(err, refused) {
		t.Errorf("Probe: %v, want %v", err, refused)
	}
	expect(t, "versions", offered(r), "unknown unknown unknown unknown unknown unknown")
	if r.Connections > 10 {
		t.Errorf("%d connections to a host that refuses them", r.Connections)
	}
}

// TestContextEnds cuts a probe short: what was found stays, the rest is named.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	c := config(serveTLS(t, &tls.Config{Certificates: []tls.Certificate{rsaCertificate(t)}}))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dial := c.Dial
	var dialled atomic.Int32
	c.MaxParallel = 1
	c.Dial = func(ctx context.Context) (net.Conn, error) {
		if dialled.Add(1) == 10 {
			cancel()
		}
		return dial(ctx)
	}
	r, err := tlsprobe.Probe(ctx, c)
	if err != nil {
		t.Fatalf("Probe: %v", err)
	}
	if len(r.Versions) != 6 || r.Connections != 10 || len(r.Unknown) == 0 {
		t.Errorf("%d versions, %d connections, unknown %q", len(r.Versions), r.Connections, r.Unknown)
	}
	for _, v := range r.Versions {
		if v.Offered == tlsprobe.Unknown && v.Reason != "there was no time left" {
			t.Errorf("%s: %q", tlsprobe.VersionName(v.ID), v.Reason)
		}
	}
}

func TestParallelConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	c := config(serveTLS(t, &tls.Config{Certificates: []tls.Certificate{rsaCertificate(t)}}))
	c.MaxParallel = 2
	dial := c.Dial
	var open, most atomic.Int32
	c.Dial = func(ctx context.Context) (net.Conn, error) {
		for now := open.Add(1); ; {
			seen := most.Load()
			if now <= seen || most.CompareAndSwap(seen, now) {
				break
			}
		}
		conn, err := dial(ctx)
		return countedConn{conn, &open}, err
	}
	if _, err := tlsprobe.Probe(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	expect(t, "connections at once", most.Load(), 2)
}

// countedConn counts itself down once its owner closes it.
type countedConn struct {
	net.Conn
	open *atomic.Int32
}

func (c countedConn) Close() error {
	c.open.Add(-1)
	return c.Conn.Close()
}
