package wire

import (
	"fmt"
	"io"
)

// SSL2Hello is the answer to an SSL 2.0 CLIENT-HELLO.
type SSL2Hello struct {
	Ciphers     []uint32 // three-byte kinds; some servers speak SSL 2.0 and offer none
	Certificate []byte   // DER
}

// SSL2Kinds are the cipher kinds of the SSL 2.0 specification (Hickman, 1995) and the
// RC4_64 of SSLeay.
var SSL2Kinds = map[uint32]string{
	0x010080: "SSL_CK_RC4_128_WITH_MD5",
	0x020080: "SSL_CK_RC4_128_EXPORT40_WITH_MD5",
	0x030080: "SSL_CK_RC2_128_CBC_WITH_MD5",
	0x040080: "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5",
	0x050080: "SSL_CK_IDEA_128_CBC_WITH_MD5",
	0x060040: "SSL_CK_DES_64_CBC_WITH_MD5",
	0x0700c0: "SSL_CK_DES_192_EDE3_CBC_WITH_MD5",
	0x080080: "SSL_CK_RC4_64_WITH_MD5",
}

// SSL2ClientHello returns a CLIENT-HELLO that offers every kind.
func SSL2ClientHello() []byte {
	var body writer
	body.uint8(1) // CLIENT-HELLO
	body.uint16(SSL20)
	body.uint16(uint16(3 * len(SSL2Kinds)))
	body.uint16(0)  // session id
	body.uint16(16) // challenge
	for kind := range SSL2Kinds {
		body.bytes([]byte{byte(kind >> 16), byte(kind >> 8), byte(kind)})
	}
	body.bytes(random(16))
	var w writer
	w.uint16(0x8000 | uint16(len(body.out))) // two-byte header: no padding
	w.bytes(body.out)
	return w.out
}

// ReadSSL2 reads a SERVER-HELLO. A server that answers in TLS gives an Alert, any other
// answer ErrMalformed.
func ReadSSL2(in io.Reader) (*SSL2Hello, error) {
	var header [2]byte
	if _, err := io.ReadFull(in, header[:]); err != nil {
		return nil, err
	}
	if header[0]&0x80 == 0 {
		return nil, readTLSAlert(header, in)
	}
	body := make([]byte, int(header[0]&0x7f)<<8|int(header[1]))
	if _, err := io.ReadFull(in, body); err != nil {
		return nil, err
	}
	return parseSSL2(body)
}

func parseSSL2(body []byte) (*SSL2Hello, error) {
	p := parser{rest: body}
	kind := p.uint8()
	p.bytes(2) // session id hit, certificate type
	version := p.uint16()
	certificate, ciphers, connection := int(p.uint16()), int(p.uint16()), int(p.uint16())
	h := &SSL2Hello{Certificate: p.bytes(certificate)}
	kinds := parser{rest: p.bytes(ciphers)}
	p.bytes(connection)
	for kinds.more() {
		if id := kinds.uint24(); !kinds.bad {
			h.Ciphers = append(h.Ciphers, uint32(id))
		}
	}
	if p.bad || kind != 4 || version != SSL20 {
		return nil, fmt.Errorf("%w: SSL 2.0 SERVER-HELLO", ErrMalformed)
	}
	return h, nil
}

// readTLSAlert reads on after the first two bytes of what should be an alert record.
func readTLSAlert(begin [2]byte, in io.Reader) error {
	if begin[0] != recordAlert || begin[1] != 3 {
		return ErrNotTLS
	}
	var rest [5]byte // minor version, length, alert
	if _, err := io.ReadFull(in, rest[:]); err != nil {
		return err
	}
	alert, _, err := parseAlert(rest[3:])
	if err != nil {
		return err
	}
	return alert
}
