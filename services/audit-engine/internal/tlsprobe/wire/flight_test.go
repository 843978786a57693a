package wire

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// record wraps messages into one record.
func record(kind uint8, payload []byte) []byte {
	var w writer
	w.uint8(kind)
	w.uint16(TLS12)
	w.vector16(func() { w.bytes(payload) })
	return w.out
}

func handshake(kind uint8, body []byte) []byte {
	var w writer
	w.uint8(kind)
	w.vector24(func() { w.bytes(body) })
	return w.out
}

func certificates(count, size int) []byte {
	var w writer
	w.vector24(func() {
		for range count {
			w.vector24(func() { w.bytes(make([]byte, size)) })
		}
	})
	return w.out
}

// flight is a whole one, each message split over records of size bytes.
func flight(size int) []byte {
	messages := bytes.Join([][]byte{
		handshake(kindServerHello, serverHello(TLS12, 0xc02f, nil, nil)),
		handshake(kindCertificate, certificates(2, 300)),
		handshake(kindCertificateStatus, []byte{1, 0, 0, 2, 7, 8}),
		handshake(kindServerKeyExchange, []byte{3, 0, 29, 1, 4}),
		handshake(kindCertificateRequest, nil),
		handshake(kindServerHelloDone, nil),
	}, nil)
	out := record(recordAlert, []byte{alertWarning, 112})
	for len(messages) > 0 {
		n := min(size, len(messages))
		out = append(out, record(recordHandshake, messages[:n])...)
		messages = messages[n:]
	}
	return out
}

func TestReadFlight(t *testing.T) {
	t.Parallel()
	for _, size := range []int{16, 100, 5000} {
		f, err := ReadFlight(NewReader(bytes.NewReader(flight(size))))
		if err != nil || f.Hello == nil || f.Hello.Suite != 0xc02f || len(f.Certificates) != 2 ||
			!bytes.Equal(f.OCSP, []byte{7, 8}) || f.KeyExchange == nil || !f.CertificateRequest {
			t.Errorf("records of %d bytes: %+v, %v", size, f, err)
		}
	}
}

func TestReadFlightBounds(t *testing.T) {
	t.Parallel()
	hello := record(recordHandshake, handshake(kindServerHello, serverHello(TLS12, 0xc02f, nil, nil)))
	with := func(kind uint8, body []byte) []byte {
		out := bytes.Clone(hello)
		for message := handshake(kind, body); len(message) > 0; {
			n := min(16<<10, len(message))
			out = append(out, record(recordHandshake, message[:n])...)
			message = message[n:]
		}
		return out
	}
	tests := []struct {
		name string
		in   []byte
		want error
	}{
		{"nothing", nil, io.EOF},
		{"half a header", []byte{22, 3}, io.ErrUnexpectedEOF},
		{"half a record", []byte{22, 3, 3, 0, 9, 2}, io.ErrUnexpectedEOF},
		{"not TLS", []byte("HTTP/1.1 400 Bad Request"), ErrNotTLS},
		{"alert", record(recordAlert, []byte{2, 40}), AlertHandshakeFailure},
		{"close notify as a warning", record(recordAlert, []byte{1, 0}), Alert(0)},
		{"alert of three bytes", record(recordAlert, []byte{2, 40, 0}), ErrMalformed},
		{"long record", []byte{22, 3, 3, 0x48, 1}, ErrMalformed},
		{"longest record", append([]byte{22, 3, 3, 0x48, 0}, make([]byte, maxRecord)...), io.EOF},
		{"empty record", record(recordHandshake, nil), ErrMalformed},
		{"application data", append(bytes.Clone(hello), record(recordApplicationData, []byte{1})...), ErrMalformed},
		{"long message", with(kindCertificate, make([]byte, maxMessage+1)), ErrMalformed},
		{"17 certificates", with(kindCertificate, certificates(17, 1)), ErrMalformed},
		{"large certificate", with(kindCertificate, certificates(1, maxCertificate+1)), ErrMalformed},
		{"cut certificates", with(kindCertificate, []byte{0, 0, 9, 0}), ErrMalformed},
		{"certificate first", record(recordHandshake, handshake(kindCertificate, certificates(1, 1))), ErrMalformed},
		{"two hellos", append(bytes.Clone(hello), hello...), ErrMalformed},
		{"alert storm", bytes.Repeat(record(recordAlert, []byte{1, 112}), maxRecords+1), ErrTooMuch},
		{"endless hello requests", bytes.Repeat(record(recordHandshake, handshake(kindHelloRequest, nil)), maxRecords+1), ErrTooMuch},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := ReadFlight(NewReader(bytes.NewReader(tt.in))); !errors.Is(err, tt.want) {
				t.Errorf("ReadFlight: %v, want %v", err, tt.want)
			}
		})
	}
}

func TestAlertText(t *testing.T) {
	t.Parallel()
	if got := AlertHandshakeFailure.Error(); got != "alert handshake_failure" {
		t.Errorf("Error() = %q", got)
	}
	if got := Alert(200).Error(); got != "alert 200" {
		t.Errorf("Error() = %q", got)
	}
}

func FuzzServerFlight(f *testing.F) {
	f.Add(flight(100))
	f.Add(flight(5000))
	f.Add(record(recordAlert, []byte{2, 40}))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := ReadFlight(NewReader(bytes.NewReader(in)))
		if got == nil || err == nil && got.Hello == nil {
			t.Errorf("ReadFlight = %+v, %v", got, err)
		}
		if len(got.Certificates) > maxCertificates {
			t.Errorf("%d certificates", len(got.Certificates))
		}
	})
}

func FuzzServerHello(f *testing.F) {
	f.Add(serverHello(TLS12, 0xc02f, nil, nil))
	f.Add(serverHello(TLS12, 0x1301, bytes.Clone(retryRandom), func(w *writer) {
		w.extension(extVersions, func() { w.uint16(TLS13) })
		w.extension(extKeyShare, func() { w.uint16(GroupP384) })
		w.extension(extALPN, func() { w.vector16(func() { w.vector8(func() { w.bytes([]byte("h2")) }) }) })
	}))
	f.Fuzz(func(t *testing.T, body []byte) {
		hello, err := ParseServerHello(body)
		if (hello == nil) != errors.Is(err, ErrMalformed) {
			t.Errorf("ParseServerHello = %v, %v", hello, err)
		}
	})
}

func FuzzCertificate13(f *testing.F) {
	var w writer
	w.vector8(func() {})
	w.vector24(func() {
		w.vector24(func() { w.bytes([]byte("DER")) })
		w.vector16(func() { w.extension(extStatusRequest, func() { w.bytes([]byte{1, 0, 0, 1, 7}) }) })
	})
	f.Add(w.out)
	f.Fuzz(func(t *testing.T, body []byte) {
		var e Encrypted
		if err := e.certificates(body); err != nil && e.Certificates != nil || len(e.Certificates) > maxCertificates {
			t.Errorf("%d certificates, %v", len(e.Certificates), err)
		}
	})
}
