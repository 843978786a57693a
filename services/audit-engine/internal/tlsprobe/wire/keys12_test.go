package wire

import (
	"bytes"
	"testing"
)

// TestProtection12 opens what it sealed, in order, and nothing that was cut or changed.
func TestProtection12(t *testing.T) {
	t.Parallel()
	for suite, c := range ciphers12 {
		for _, version := range []uint16{TLS10, TLS11, TLS12} {
			if c.mode != cbcSHA1 && version < TLS12 {
				continue
			}
			keys := serverKeys(version, suite, random(48), random(64))
			sealing, opening := keys.protection(), keys.protection()
			for _, size := range []int{0, 4, 16, 27, 1 << 14} {
				content := random(size)
				record := sealing.seal(recordHandshake, content)
				kind, opened, err := opening.open(record[:5], bytes.Clone(record[5:]))
				if err != nil || kind != recordHandshake || !bytes.Equal(opened, content) {
					t.Fatalf("%#04x in %#04x, %d bytes: %d bytes of kind %d, %v", suite, version, size, len(opened), kind, err)
				}
			}
			record := sealing.seal(recordHandshake, []byte{0, 0, 0, 0})
			for length := range len(record) - 5 {
				if _, _, err := keys.protection().open(record[:5], bytes.Clone(record[5:5+length])); err == nil {
					t.Errorf("%#04x: %d of %d bytes were opened", suite, length, len(record)-5)
				}
			}
			record[len(record)-1] ^= 1
			if _, _, err := opening.open(record[:5], record[5:]); err == nil {
				t.Errorf("%#04x: a changed record was opened", suite)
			}
		}
	}
}
