package e2e_test

import (
	"os"
	"path/filepath"
	"testing"

	"doorstep.example/deploy/e2e/readme/table"
	"doorstep.example/deploy/e2e/stack"
)

// The README's tables of variables are those that the programs print (`make readme`
// writes them).
func TestReadmeHasTheProgramsVariables(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	s := idle(t)
	tables := map[string][]byte{}
	for _, program := range stack.Programs() {
		tables[program] = []byte(start(t, s, program, nil, "-variables").stdout)
	}
	want, err := table.Render(readme, tables)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(readme) {
		t.Error("README.md has other tables than the programs print: run `make readme`")
	}
}
