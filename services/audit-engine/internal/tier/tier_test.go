package tier

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFrom(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		want []string
	}{
		{"automated", []string{"automated", "compliance", "redteam"}},
		{"compliance", []string{"compliance", "redteam"}},
		{"redteam", []string{"redteam"}},
		{"", nil},
		{"Automated", nil},
	} {
		if diff := cmp.Diff(test.want, From(test.name)); diff != "" {
			t.Errorf("From(%q) (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestByName(t *testing.T) {
	t.Parallel()
	for _, tier := range All() {
		if got, ok := ByName(tier.Name); !ok || got != tier {
			t.Errorf("ByName(%q) = %v, %v", tier.Name, got, ok)
		}
	}
	if _, ok := ByName("free"); ok {
		t.Error("an unknown tier was found")
	}
	if got, _ := ByName("redteam"); !got.NeedsProof {
		t.Error("red-team audits must need proof of ownership")
	}
}
