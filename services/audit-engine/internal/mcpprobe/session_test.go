package mcpprobe

import "testing"

func TestCompare(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		first, second           string
		strong, same, seq, time bool
	}{
		{"7c9e6679-7425-40de-944b-e07fc1f90ae7", "f47ac10b-58cc-4372-a567-0e02b2c3d479", true, false, false, false},
		{"m4VzT3_pRWA1N9LCl3oOhw", "Zk1x0Qb-77TqYv3RduPaMg", true, false, false, false},
		{"mcp-session-4f9d2c6be01a7735", "mcp-session-a1b08e77c3d2945f", true, false, false, false}, // 64 bits
		{"01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-b1c2-7a3d-8f1e-9d0c4b7a6e21", true, false, false, false},
		{"41", "42", false, false, true, false},
		{"session-999", "session-1000", false, false, true, false},
		{"1718000000123", "1718000001456", false, false, true, false},
		{"5f2b00000000000000000000000000a9", "5f2b00000000000000000000000000b1", false, false, true, false},
		{"user-8f3a21", "user-19bc44", false, false, false, false},
		{"constant", "constant", false, true, false, false},
		{"6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b9f2-9dad-11d1-80b4-00c04fd430c8", false, false, true, true},
		{"6ba7b810-9dad-11d1-80b4-00c04fd430c8", "aba9c9f2-9dae-11d1-80b4-00c04fd430c8", false, false, false, true},
	} {
		got := Compare(test.first, test.second)
		if (got.Bits >= 64) != test.strong || got.Same != test.same || got.Sequential != test.seq || got.Clock != test.time {
			t.Errorf("%s, %s: %+v", test.first, test.second, got)
		}
	}
}
