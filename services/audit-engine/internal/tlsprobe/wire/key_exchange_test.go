package wire

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dhMessage is a ServerKeyExchange of DHE whose prime has a leading zero.
var dhMessage = []byte{0, 3, 0, 0x80, 0x0b, 0, 1, 2, 0, 2, 9, 9, 0, 0}

func TestKeyExchanges(t *testing.T) {
	t.Parallel()
	hint := []byte{0, 2, 'h', 'i'}
	point := []byte{3, 0, 29, 1, 4}
	for _, tt := range []struct {
		name string
		body []byte
		psk  bool
		want Curve
		ok   bool
	}{
		{"named", point, false, Curve{Group: GroupX25519}, true},
		{"named after a hint", append(hint, point...), true, Curve{Group: GroupX25519}, true},
		{"explicit", []byte{1, 32}, false, Curve{Explicit: true}, true},
		{"no point", []byte{3, 0, 29, 0}, false, Curve{}, false},
		{"unknown type", []byte{9, 0, 29, 1, 4}, false, Curve{}, false},
		{"empty", nil, false, Curve{}, false},
	} {
		got, err := ParseCurve(tt.body, tt.psk)
		if diff := cmp.Diff(tt.want, got); diff != "" || (err == nil) != tt.ok {
			t.Errorf("%s: ParseCurve = %+v, %v", tt.name, got, err)
		}
	}
	dh, err := ParseDH(append(hint, dhMessage...), true)
	if diff := cmp.Diff(DHParameters{Prime: []byte{0x80, 0x0b}, Generator: []byte{2}}, dh); diff != "" || err != nil {
		t.Errorf("ParseDH = %+v, %v", dh, err)
	}
	if _, err := ParseDH([]byte{0, 0, 0, 1, 2, 0, 1, 3}, false); !errors.Is(err, ErrMalformed) {
		t.Errorf("ParseDH without a prime: %v", err)
	}
	modulus, err := ParseExportRSA([]byte{0, 2, 0x80, 1, 0, 1, 3})
	if !bytes.Equal(modulus, []byte{0x80, 1}) || err != nil {
		t.Errorf("ParseExportRSA = % x, %v", modulus, err)
	}
}

func TestReadSSL2(t *testing.T) {
	t.Parallel()
	body := []byte{4, 0, 1, 0, 2, 0, 3, 0, 6, 0, 1, 'D', 'E', 'R', 1, 0, 0x80, 7, 0, 0xc0, 0xff}
	in := append([]byte{0x80, byte(len(body))}, body...)
	got, err := ReadSSL2(bytes.NewReader(in))
	want := &SSL2Hello{Ciphers: []uint32{0x010080, 0x0700c0}, Certificate: []byte("DER")}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("ReadSSL2: %v, differs (-want +got):\n%s", err, diff)
	}
	for _, tt := range []struct {
		in   []byte
		want error
	}{
		{[]byte{21, 3, 1, 0, 2, 2, 70}, AlertProtocolVersion},
		{[]byte("HTTP/1.1 400"), ErrNotTLS},
		{append([]byte{0x80, 11, 4, 0, 1, 3, 0}, make([]byte, 6)...), ErrMalformed},
		{[]byte{0x80, 3, 0, 0, 1}, ErrMalformed},
	} {
		if _, err := ReadSSL2(bytes.NewReader(tt.in)); !errors.Is(err, tt.want) {
			t.Errorf("ReadSSL2(% x): %v, want %v", tt.in, err, tt.want)
		}
	}
}

func FuzzServerKeyExchange(f *testing.F) {
	f.Add(dhMessage, false)
	f.Add([]byte{3, 0, 29, 1, 4}, false)
	f.Add([]byte{0, 2, 'h', 'i', 3, 0, 29, 1, 4}, true)
	f.Add([]byte{0, 2, 0x80, 1, 0, 1, 3}, false)
	f.Fuzz(func(t *testing.T, body []byte, psk bool) {
		if d, err := ParseDH(body, psk); err == nil && (len(d.Prime) == 0 || d.Prime[0] == 0) {
			t.Errorf("ParseDH = %+v", d)
		}
		if c, err := ParseCurve(body, psk); err == nil && c.Explicit && c.Group != 0 {
			t.Errorf("ParseCurve = %+v", c)
		}
		if m, err := ParseExportRSA(body); err == nil && (len(m) == 0 || m[0] == 0) {
			t.Errorf("ParseExportRSA = % x", m)
		}
	})
}

func FuzzSSL2(f *testing.F) {
	f.Add([]byte{0x80, 12, 4, 0, 1, 0, 2, 0, 0, 0, 0, 0, 1, 0xff})
	f.Add([]byte{21, 3, 1, 0, 2, 2, 70})
	f.Fuzz(func(t *testing.T, in []byte) {
		if h, err := ReadSSL2(bytes.NewReader(in)); (h == nil) != (err != nil) {
			t.Errorf("ReadSSL2 = %v, %v", h, err)
		}
	})
}
