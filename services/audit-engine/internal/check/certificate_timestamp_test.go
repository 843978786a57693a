package check

import (
	"bytes"
	"slices"
	"testing"
)

// FuzzParseTimestamps: a list is read whole or not at all, each timestamp takes its
// bytes, and no beginning of a list is one.
func FuzzParseTimestamps(f *testing.F) {
	entry := func(version byte, behind ...byte) []byte {
		stamp := slices.Concat([]byte{version}, bytes.Repeat([]byte{7}, 32), []byte{0, 0, 1, 0x90, 0, 0, 0, 0}, behind)
		return append([]byte{0, byte(len(stamp))}, stamp...)
	}
	whole := entry(0, 0, 0, 4, 3, 0, 2, 1, 2)
	list := func(entries ...[]byte) []byte {
		all := slices.Concat(entries...)
		return append([]byte{byte(len(all) >> 8), byte(len(all))}, all...)
	}
	for seed, want := range map[string]int{
		string(list(whole, whole)):                        2,
		string(list(entry(9), whole)):                     1, // a version of the future
		string(list()):                                    -1,
		string(list(whole, []byte{0, 0})):                 -1,
		string(list(entry(0))):                            -1,
		string(list(entry(0, 0, 0, 4, 3, 0, 2, 1, 2, 9))): -1,
		string(append(list(whole), 0)):                    -1,
	} {
		if got, err := parseTimestamps([]byte(seed)); (err == nil) != (want >= 0) || err == nil && len(got) != want {
			f.Errorf("parseTimestamps(% x) = %v, %v; want %d", seed, got, err, want)
		}
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		stamps, err := parseTimestamps(raw)
		if err != nil {
			return
		}
		if 49*len(stamps)+2 > len(raw) {
			t.Errorf("%d timestamps in %d bytes", len(stamps), len(raw))
		}
		if cut, err := parseTimestamps(raw[:len(raw)-1]); err == nil {
			t.Errorf("without its last byte, % x holds %v", raw, cut)
		}
	})
}
