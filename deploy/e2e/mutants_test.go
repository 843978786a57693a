package e2e_test

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// A planted bug that does not apply any more is one that nobody looks for.
func TestMutantsApply(t *testing.T) {
	t.Parallel()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed: apt-get install git")
	}
	patches, err := filepath.Glob(filepath.Join(root, "deploy/e2e/mutants/*.patch"))
	if err != nil || len(patches) < 5 {
		t.Fatalf("%d planted bugs, %v", len(patches), err)
	}
	for _, patch := range patches {
		cmd := exec.CommandContext(t.Context(), git, "apply", "--check", patch)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", filepath.Base(patch), err, out)
		}
	}
}
