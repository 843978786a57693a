package tlsprobe_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// How long tests wait for a server's next byte: patience is enough on a busy machine, and
// hurry is for servers that nothing may be found at, however they are misunderstood.
const (
	patience = 2 * time.Second
	hurry    = 300 * time.Millisecond
)

var active = map[string]tlsprobe.Active{
	"heartbleed": tlsprobe.Heartbleed, "ccs": tlsprobe.CCSInjection, "ticketbleed": tlsprobe.Ticketbleed,
	"robot": tlsprobe.Robot, "drown": tlsprobe.Drown,
}

// counted counts the connections of a Config.
func counted(addr string, timeout time.Duration) (tlsprobe.Config, *atomic.Int32) {
	c, n := config(addr), new(atomic.Int32)
	dial := c.Dial
	c.Timeout, c.Dial = timeout, func(ctx context.Context) (net.Conn, error) { n.Add(1); return dial(ctx) }
	return c, n
}

// offering is what Probe finds of a host with TLS 1.2 and one suite.
func offering(suite uint16) *tlsprobe.Result {
	s, _ := tlsprobe.SuiteByID(suite)
	return &tlsprobe.Result{Versions: []tlsprobe.Version{
		{ID: tlsprobe.SSL20, Offered: tlsprobe.No}, {ID: tlsprobe.TLS12, Offered: tlsprobe.Yes, Suites: []tlsprobe.Suite{s}},
	}}
}

// staticRSA is a server with suites that send secrets under its key.
func staticRSA(t *testing.T) *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{rsaCertificate(t)}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12,
		CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_RC4_128_SHA},
	}
}

// tampered is a server of crypto/tls. What tamper returns of each record of the client, its
// hello is number 1, is what the server reads; out may change what the server writes.
func tampered(t *testing.T, settings *tls.Config, tamper func(conn net.Conn, record []byte, number int) []byte, out func(hello, written []byte) []byte) string {
	t.Helper()
	return serve(t, func(conn net.Conn) {
		hello := readRecord(conn)
		read, write := io.Pipe()
		go func() {
			defer write.Close()
			for record, number := hello, 1; record != nil; record, number = readRecord(conn), number+1 {
				if _, err := write.Write(tamper(conn, record, number)); err != nil {
					return
				}
			}
		}()
		server := tls.Server(tamperedConn{replayedConn{conn, read}, func(b []byte) []byte { return out(hello, b) }}, settings)
		server.Handshake()
		io.Copy(io.Discard, server)
		read.Close()
	})
}

type tamperedConn struct {
	net.Conn
	out func([]byte) []byte
}

func (c tamperedConn) Write(b []byte) (int, error) {
	if _, err := c.Conn.Write(c.out(b)); err != nil {
		return 0, err
	}
	return len(b), nil
}

func asWritten(_, written []byte) []byte { return written }

func reset(conn net.Conn) {
	conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}

// alert sends a fatal one.
func alert(conn net.Conn, number byte) { conn.Write([]byte{21, 3, 3, 0, 2, 2, number}) }

func TestSoundServersHaveNoActiveFaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certificate, key := writeCertificate(t, dir, "rsa", rsaCertificate(t))
	modern := &tls.Config{Certificates: []tls.Certificate{ecdsaCertificate(t)}}
	noTickets := staticRSA(t)
	noTickets.SessionTicketsDisabled = true
	for name, test := range map[string]struct {
		open     func(t *testing.T) string
		parallel int
	}{
		"Go":                 {func(t *testing.T) string { return serveTLS(t, modern) }, 0},
		"Go with static RSA": {func(t *testing.T) string { return serveTLS(t, staticRSA(t)) }, 0},
		"Go without tickets": {func(t *testing.T) string { return serveTLS(t, noTickets) }, 0},
		"nginx":              {func(t *testing.T) string { return serveNginx(t, certificate, key) }, 0},
		"OpenSSL": {func(t *testing.T) string {
			return serveOpenSSL(t, "-cert", certificate, "-key", key, "-cipher", "ALL:@SECLEVEL=0")
		}, 1},
		"OpenSSL, GCM and TLS 1.2": {func(t *testing.T) string {
			return serveOpenSSL(t, "-cert", certificate, "-key", key, "-cipher", "AES128-GCM-SHA256", "-tls1_2")
		}, 1},
		"OpenSSL, CBC and TLS 1.0": {func(t *testing.T) string {
			return serveOpenSSL(t, "-cert", certificate, "-key", key, "-cipher", "AES128-SHA:@SECLEVEL=0", "-tls1")
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr := test.open(t)
			known := probe(t, addr)
			for name, run := range active {
				c, n := counted(addr, patience)
				c.MaxParallel = test.parallel
				proof, err := run(t.Context(), c, known)
				if len(proof.Seen) > 0 || err != nil {
					t.Errorf("%s: %q, %v", name, proof.Seen, err)
				}
				if n.Load() > 10 {
					t.Errorf("%s: %d connections", name, n.Load())
				}
			}
		})
	}
}

// A server that is out of order, or far away, must not look like one with a fault.
func TestUnsteadyServersHaveNoActiveFaults(t *testing.T) {
	t.Parallel()
	var turn atomic.Int32
	resets := func(one int) func(conn net.Conn, record []byte, number int) []byte {
		return func(conn net.Conn, record []byte, number int) []byte {
			if number == 2 && mathrand.IntN(one) == 0 {
				reset(conn)
			}
			return record
		}
	}
	for name, tamper := range map[string]func(conn net.Conn, record []byte, number int) []byte{
		"resets every other":  resets(2),
		"resets one in five":  resets(5),
		"resets one in fifty": resets(50),
		"slow at random": func(_ net.Conn, record []byte, number int) []byte {
			if number == 2 {
				time.Sleep(time.Duration(mathrand.Int64N(int64(2 * hurry))))
			}
			return record
		},
		"two servers in turns": func(conn net.Conn, record []byte, number int) []byte {
			if number == 2 && turn.Add(1)%2 == 0 {
				alert(conn, 40)
				return nil
			}
			return record
		},
		"out of service after a while": func(conn net.Conn, record []byte, number int) []byte {
			if number == 2 && turn.Add(1)%16 > 8 {
				reset(conn)
			}
			return record
		},
		"bad_record_mac, but late": func(conn net.Conn, record []byte, number int) []byte {
			if number == 2 && record[0] == 20 {
				time.Sleep(hurry * 3 / 2)
				alert(conn, 20)
			}
			return record
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := staticRSA(t)
			var wg sync.WaitGroup
			for name, run := range active {
				for range 3 {
					c, n := counted(tampered(t, settings, tamper, asWritten), hurry)
					wg.Go(func() {
						if proof, _ := run(t.Context(), c, offering(tls.TLS_RSA_WITH_AES_128_GCM_SHA256)); len(proof.Seen) > 0 {
							t.Errorf("%s: %q", name, proof.Seen)
						}
						if n.Load() > 40 {
							t.Errorf("%s: %d connections", name, n.Load())
						}
					})
				}
			}
			wg.Wait()
		})
	}
}

// Hosts that never say what they are asked are not called sound.
func TestActiveProbesOfHostileServers(t *testing.T) {
	t.Parallel()
	garbage := append([]byte{22, 3, 3, 0x40, 0}, make([]byte, 0x4000)...)
	for name, handle := range map[string]func(net.Conn){
		"hangs up": func(net.Conn) {},
		"silence":  func(conn net.Conn) { io.Copy(io.Discard, conn) },
		"garbage": func(conn net.Conn) {
			for {
				if _, err := conn.Write(garbage); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			known := offering(tls.TLS_RSA_WITH_AES_128_GCM_SHA256)
			known.Versions[0] = tlsprobe.Version{ID: tlsprobe.SSL20, Offered: tlsprobe.Yes, SSL2Ciphers: []string{"any"}}
			addr := serve(t, handle)
			for name, run := range active {
				c, _ := counted(addr, hurry)
				if proof, err := run(t.Context(), c, known); err == nil || len(proof.Seen) > 0 {
					t.Errorf("%s: %q, %v", name, proof.Seen, err)
				}
			}
		})
	}
}

func TestCCSInjection(t *testing.T) {
	t.Parallel()
	type act func(conn net.Conn)
	says := func(number byte) act { return func(conn net.Conn) { alert(conn, number) } }
	hangUp := func(conn net.Conn) { conn.Close() }
	for name, test := range map[string]struct {
		first, second act // on a ChangeCipherSpec; nil: nothing
		want          bool
	}{
		"decrypts under no key":          {nil, says(20), true},
		"decrypts under no key, TLS 1.0": {nil, says(21), true},
		"turns it down":                  {says(10), nil, false},
		"turns it down as undecryptable": {says(20), nil, false},
		"hangs up":                       {hangUp, nil, false},
		"turns the second down":          {nil, says(10), false},
		"hangs up on the second":         {nil, hangUp, false},
		"takes no notice":                {nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, n := counted(tampered(t, staticRSA(t), func(conn net.Conn, record []byte, number int) []byte {
				if record[0] != 20 {
					return record
				}
				if do := []act{test.first, test.second}[number-2]; do != nil {
					do(conn)
				}
				return nil
			}, asWritten), patience)
			proof, err := tlsprobe.CCSInjection(t.Context(), c, offering(tls.TLS_RSA_WITH_AES_128_GCM_SHA256))
			if (len(proof.Seen) > 0) != test.want || err != nil {
				t.Errorf("%q, %v", proof.Seen, err)
			}
			if n.Load() > 3 {
				t.Errorf("%d connections", n.Load())
			}
		})
	}
}

// lengthened adds what fill returns to the id of the session in a ServerHello that
// resumes one under an id of 16 bytes.
func lengthened(fill func() []byte) func(hello, written []byte) []byte {
	return func(hello, written []byte) []byte {
		const at = 5 + 4 + 2 + 32 // of the id's length, in both hellos
		if hello[at] != 16 || written[0] != 22 || written[5] != 2 || !bytes.Equal(hello[at:at+17], written[at:at+17]) {
			return written
		}
		added := fill()
		out := slices.Concat(written[:at+17], added, written[at+17:])
		for _, length := range []int{4, 8, at} { // of the record, the message, the id
			out[length] += byte(len(added)) // short enough for one byte
		}
		return out
	}
}

func TestTicketbleed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fill  func() []byte
		want  bool
		fails bool
	}{
		"memory":            {func() []byte { return []byte(rand.Text()[:16]) }, true, false},
		"a byte of memory":  {func() []byte { return []byte(rand.Text()[:1]) }, true, false},
		"always the same":   {func() []byte { return make([]byte, 16) }, false, true},
		"the id as it came": {func() []byte { return nil }, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr := tampered(t, staticRSA(t), func(_ net.Conn, record []byte, _ int) []byte { return record }, lengthened(test.fill))
			proof, err := tlsprobe.Ticketbleed(t.Context(), config(addr), offering(tls.TLS_RSA_WITH_AES_128_GCM_SHA256))
			if (len(proof.Seen) > 0) != test.want || (err != nil) != test.fails {
				t.Errorf("%q, %v", proof.Seen, err)
			}
		})
	}
}

// secret decrypts a ClientKeyExchange and tells which rules it breaks.
func secret(t *testing.T, record []byte) (start, length, version bool) {
	t.Helper()
	key := rsaCertificate(t).PrivateKey.(*rsa.PrivateKey)
	m := new(big.Int).Exp(new(big.Int).SetBytes(record[len(record)-key.Size():]), key.D, key.N).FillBytes(make([]byte, key.Size()))
	end := slices.Index(m[2:], 0) + 2
	return m[0] != 0 || m[1] != 2, end != len(m)-49, !bytes.Equal(m[len(m)-48:len(m)-46], []byte{3, 3})
}

func TestRobot(t *testing.T) {
	t.Parallel()
	says := func(number byte) func(net.Conn, []byte) []byte {
		return func(conn net.Conn, _ []byte) []byte { alert(conn, number); conn.Close(); return nil }
	}
	strict := func(start, length, version bool) bool { return start || length || version }
	for name, test := range map[string]struct {
		bad   func(start, length, version bool) bool
		react func(conn net.Conn, record []byte) []byte // to a bad one
		weak  bool
	}{
		"another alert": {strict, says(47), true},
		"a reset":       {strict, func(conn net.Conn, _ []byte) []byte { reset(conn); return nil }, true},
		"silence":       {strict, func(net.Conn, []byte) []byte { return nil }, true},
		"two alerts": {strict, func(conn net.Conn, _ []byte) []byte {
			alert(conn, 20)
			alert(conn, 20)
			conn.Close()
			return nil
		}, true},
		"the version":   {func(_, _, version bool) bool { return version }, says(70), false},
		"the beginning": {func(start, _, _ bool) bool { return start }, says(51), false},
		"what breaks off": {strict, func(conn net.Conn, record []byte) []byte {
			conn.SetReadDeadline(time.Now().Add(patience / 3))
			next := readRecord(conn)
			conn.SetReadDeadline(time.Time{})
			if next == nil {
				alert(conn, 47)
				return nil
			}
			return slices.Concat(record, next)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, n := counted(tampered(t, staticRSA(t), func(conn net.Conn, record []byte, number int) []byte {
				if number != 2 || !test.bad(secret(t, record)) {
					return record
				}
				answered := test.react(conn, record)
				if answered == nil {
					io.Copy(io.Discard, conn)
				}
				return answered
			}, asWritten), patience)
			proof, err := tlsprobe.Robot(t.Context(), c, offering(tls.TLS_RSA_WITH_AES_128_GCM_SHA256))
			if len(proof.Seen) == 0 || err != nil || proof.Weak != test.weak {
				t.Errorf("weak %t, want %t: %q, %v", proof.Weak, test.weak, proof.Seen, err)
			}
			if n.Load() > 40 {
				t.Errorf("%d connections", n.Load())
			}
		})
	}
	c, n := counted("192.0.2.1:443", patience)
	if proof, err := tlsprobe.Robot(t.Context(), c, offering(tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)); len(proof.Seen) > 0 || err != nil || n.Load() > 0 {
		t.Errorf("without static RSA: %q, %v, %d connections", proof.Seen, err, n.Load())
	}
}

func TestDrown(t *testing.T) {
	t.Parallel()
	chain := func(der string) [][][]byte { return [][][]byte{{[]byte(der)}} }
	for name, test := range map[string]struct {
		chains [][][]byte
		ssl2   tlsprobe.Version
		want   bool
		fails  bool
	}{
		"one key":          {chain("DER"), tlsprobe.Version{Offered: tlsprobe.Yes, SSL2Ciphers: []string{"any"}}, true, false},
		"another key":      {chain("other"), tlsprobe.Version{Offered: tlsprobe.Yes, SSL2Ciphers: []string{"any"}}, false, false},
		"no cipher":        {chain("DER"), tlsprobe.Version{Offered: tlsprobe.Yes}, false, false},
		"no SSL 2.0":       {chain("DER"), tlsprobe.Version{Offered: tlsprobe.No}, false, false},
		"SSL 2.0 not sure": {chain("DER"), tlsprobe.Version{Offered: tlsprobe.Unknown}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			known := offering(tls.TLS_RSA_WITH_AES_128_GCM_SHA256)
			test.ssl2.ID = tlsprobe.SSL20
			known.Versions[0], known.Chains = test.ssl2, test.chains
			proof, err := tlsprobe.Drown(t.Context(), config(serve(t, relic(0x0014))), known)
			if (len(proof.Seen) > 0) != test.want || (err != nil) != test.fails {
				t.Errorf("%q, %v", proof.Seen, err)
			}
		})
	}
}
