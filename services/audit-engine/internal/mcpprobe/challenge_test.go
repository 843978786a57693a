package mcpprobe

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseChallenges(t *testing.T) {
	t.Parallel()
	type params = map[string]string
	for value, want := range map[string][]Challenge{
		`Bearer`: {{"bearer", params{}}},
		`Bearer resource_metadata="https://a.example/x", scope="a b"`: {{"bearer", params{"resource_metadata": "https://a.example/x", "scope": "a b"}}},
		`Bearer error=invalid_token ,realm = "x\"y,z"`:                {{"bearer", params{"error": "invalid_token", "realm": `x"y,z`}}},
		`Basic realm="a", Bearer realm="b"`:                           {{"basic", params{"realm": "a"}}, {"bearer", params{"realm": "b"}}},
		`Negotiate YWJj==, Basic realm=x`:                             {{"negotiate", params{}}, {"basic", params{"realm": "x"}}},
		`Negotiate, Bearer`:                                           {{"negotiate", params{}}, {"bearer", params{}}},
		`,, BEARER REALM=x,, `:                                        {{"bearer", params{"realm": "x"}}},
		`Bearer realm="a", realm="b"`:                                 {{"bearer", params{"realm": "a"}}},
		`Bearer realm="unclosed`:                                      {{"bearer", params{}}},
		`Bearer realm="a" scope="b"`:                                  {{"bearer", params{"realm": "a", "scope": "b"}}},
		`Bearer resource_metadata=https://a.example/x, scope=a`:       {{"bearer", params{"resource_metadata": "https://a.example/x", "scope": "a"}}},
		`"quoted"`: nil,
		``:         nil,
		`=`:        nil,
	} {
		if diff := cmp.Diff(want, parseChallenges([]string{value})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", value, diff)
		}
	}
	if got := parseChallenges([]string{"Basic", "Bearer scope=x"}); len(got) != 2 || got[1].Parameters["scope"] != "x" {
		t.Errorf("two headers: %v", got)
	}
}

func FuzzParseChallenges(f *testing.F) {
	f.Add(`Bearer resource_metadata="https://a.example/.well-known/oauth-protected-resource/mcp", error="invalid_token"`)
	f.Add(`Negotiate a==, Basic realm="\"", DPoP algs = "ES256"`)
	f.Fuzz(func(t *testing.T, value string) {
		challenges := parseChallenges([]string{value})
		if len(challenges) > len(value) {
			t.Fatalf("%d challenges in %d bytes", len(challenges), len(value))
		}
		for _, c := range challenges {
			if c.Scheme == "" || c.Scheme != strings.ToLower(c.Scheme) || c.Parameters == nil {
				t.Fatalf("challenge %+v", c)
			}
		}
	})
}
