package truth_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"math/big"
	"net"
	"slices"
	"testing"
)

// Faults of TLS that programs of today no longer have. Go's server gets them from what
// stands before it.
func TestActiveFaultsAreFound(t *testing.T) {
	t.Parallel()
	tell(t, weakActive())
}

func weakActive() []story {
	const signed = "certificate-trust high"
	return []story{
		{name: "Heartbleed", tier: "redteam", open: faulty(heartbleed), truth: []string{signed, staticSuites, "probe-heartbleed critical"}},
		{name: "CCS injection", tier: "redteam", open: faulty(earlyChange), truth: []string{signed, staticSuites, "probe-ccs-injection critical"}},
		{name: "Ticketbleed", tier: "redteam", open: faulty(ticketbleed), truth: []string{signed, staticSuites, "probe-ticketbleed critical"}},
		{name: "ROBOT", tier: "redteam", open: faulty(robot), truth: []string{signed, staticSuites, "probe-robot critical"}},
		{name: "DROWN", tier: "redteam", open: faulty(drown), truth: []string{signed, staticSuites, "tls-old-versions critical", "probe-drown critical"}},
		{name: "static RSA without a fault", tier: "redteam", open: faulty(func(*faultyConn, []byte) []byte { return nil }), truth: []string{signed, staticSuites},
			tempts: []string{"probe-heartbleed", "probe-ccs-injection", "probe-ticketbleed", "probe-robot", "probe-drown"}},
	}
}

// staticSuites is what is said of the suites that faulty has to offer.
const staticSuites = "tls-forward-secrecy low"

// fault looks at a record of the client before the server does. What it returns is the
// answer, and the server does not see the record; nil: it sees it.
type fault func(c *faultyConn, record []byte) (answer []byte)

// faulty is a careful site whose TLS has a fault.
func faulty(f fault) func(*testing.T) string {
	return func(t *testing.T) string {
		c := rsaCertificate(t, 2048, x509.SHA256WithRSA, 60*day)
		ln := faultyListener{free.take(t), f, c}
		return encryptedOn(t, ln, careful(routes{"/": says("<p>Welcome.</p>")}), &tls.Config{
			Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS12,
			CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_128_GCM_SHA256},
		})
	}
}

type faultyListener struct {
	net.Listener
	fault       fault
	certificate tls.Certificate
}

func (l faultyListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return &faultyConn{Conn: conn, listener: l}, err
}

// faultyConn hands the client's records to its fault, one at a time.
type faultyConn struct {
	net.Conn
	listener faultyListener
	records  int    // that came
	changed  bool   // a ChangeCipherSpec came too early
	session  []byte // a short id that the client wants to resume
	pending  []byte // bytes that the server has not read yet
}

func (c *faultyConn) Read(b []byte) (int, error) {
	for len(c.pending) == 0 {
		record, err := c.record()
		if err != nil {
			return 0, err
		}
		c.records++
		answer := c.listener.fault(c, record)
		if answer == nil {
			c.pending = record
		} else if _, err := c.Conn.Write(answer); err != nil {
			return 0, err
		}
	}
	n := copy(b, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

// record reads a record with its header; SSL 2.0 has one of two bytes.
func (c *faultyConn) record() ([]byte, error) {
	header := make([]byte, 5)
	if _, err := io.ReadFull(c.Conn, header); err != nil {
		return nil, err
	}
	length := int(binary.BigEndian.Uint16(header[3:]))
	if header[0] == 0x80 {
		length = max(int(header[1])-3, 0)
	}
	record := slices.Concat(header, make([]byte, length))
	_, err := io.ReadFull(c.Conn, record[len(header):])
	return record, err
}

// sessionAt is where the length of the session's id stands in a record with a hello.
const sessionAt = 5 + 4 + 2 + 32

// Write fills up the id of a session in the server's hello, if the fault is there.
func (c *faultyConn) Write(b []byte) (int, error) {
	out := b
	if end := sessionAt + 1 + len(c.session); c.session != nil && len(b) > end && bytes.Equal(b[sessionAt+1:end], c.session) {
		memory := make([]byte, 32-len(c.session))
		_, _ = rand.Read(memory)
		out = slices.Concat(b[:end], memory, b[end:])
		for _, length := range []int{4, 8, sessionAt} { // of the record, the message, the id
			out[length] += byte(len(memory)) // short enough for one byte
		}
	}
	_, err := c.Conn.Write(out)
	return len(b), err
}

// ticketbleed has the server's hello filled up.
func ticketbleed(c *faultyConn, record []byte) []byte {
	if c.records == 1 && len(record) > sessionAt && record[sessionAt] > 0 && record[sessionAt] < 32 {
		c.session = record[sessionAt+1 : sessionAt+1+int(record[sessionAt])]
	}
	return nil
}

func alert(number byte) []byte { return []byte{21, 3, 3, 0, 2, 2, number} }

// heartbleed answers a heartbeat with as many bytes as it claims.
func heartbleed(_ *faultyConn, record []byte) []byte {
	if record[0] != 24 {
		return nil
	}
	return append([]byte{24, 3, 3, 0, 35, 2, 0, 16}, make([]byte, 32)...)
}

// earlyChange takes a ChangeCipherSpec before the client's key, and fails to decrypt the
// next.
func earlyChange(c *faultyConn, record []byte) []byte {
	switch {
	case record[0] == 20 && c.records == 2:
		c.changed = true
		return []byte{}
	case record[0] == 20 && c.changed:
		return alert(20)
	}
	return nil
}

// robot tells when a secret is packed badly.
func robot(c *faultyConn, record []byte) []byte {
	if c.records != 2 || record[0] != 22 || record[5] != 16 {
		return nil
	}
	key, _ := c.listener.certificate.PrivateKey.(*rsa.PrivateKey)
	size := key.Size()
	if len(record) < size {
		return nil // an elliptic curve's
	}
	m := new(big.Int).Exp(new(big.Int).SetBytes(record[len(record)-size:]), key.D, key.N).FillBytes(make([]byte, size))
	if m[0] == 0 && m[1] == 2 && slices.Index(m[2:], 0) >= 8 {
		return nil
	}
	return alert(51)
}

// drown speaks SSL 2.0 with the certificate of the newer versions.
func drown(c *faultyConn, record []byte) []byte {
	if record[0] != 0x80 {
		return nil
	}
	der, cipher, id := c.listener.certificate.Certificate[0], []byte{0x01, 0x00, 0x80}, make([]byte, 16)
	hello := []byte{4, 0, 1, 0, 2, byte(len(der) >> 8), byte(len(der)), 0, byte(len(cipher)), 0, byte(len(id))}
	hello = slices.Concat(hello, der, cipher, id)
	return append([]byte{0x80 | byte(len(hello)>>8), byte(len(hello))}, hello...)
}
