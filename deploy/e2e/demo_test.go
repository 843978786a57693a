package e2e_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"doorstep.example/deploy/e2e/stack"
)

// demo builds the demo and prepares to run it in a folder of its own.
func demo(t *testing.T, addrs stack.Addresses) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "demo-program")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./demo").CombinedOutput(); err != nil {
		t.Fatalf("build the demo: %v\n%s", err, out)
	}
	if err := os.Symlink(filepath.Join(root, "deploy"), filepath.Join(dir, "deploy")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(bin, filepath.Join(dir, "bin")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, program)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "ONCE=1"}
	for variable, addr := range addrs {
		cmd.Env = append(cmd.Env, variable+"="+addr)
	}
	return cmd
}

var savedPDF = regexp.MustCompile(`(?m)^\s+the report\s+(/\S+\.pdf)$`)

// `make demo ONCE=1` plays both sales, says where everything lies, and ends.
func TestDemoPlaysASale(t *testing.T) {
	t.Parallel()
	addrs, err := stack.Free()
	if err != nil {
		t.Fatal(err)
	}
	cmd := demo(t, addrs)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"sent", "identical to the file in the catalogue", filepath.Join(cmd.Dir, "var", "demo", "outbox"),
		"http://" + addrs[stack.VarStorefront] + "/orders/", "http://" + addrs[stack.VarSandbox] + "/",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the demo does not say %q", want)
		}
	}
	path := savedPDF.FindSubmatch(out)
	if path == nil {
		t.Fatalf("the demo does not say where the report lies:\n%s", out)
	}
	pdf, err := os.ReadFile(string(path[1]))
	if err != nil || !strings.HasPrefix(string(pdf), "%PDF-") {
		t.Errorf("%s is no PDF (%v)", path[1], err)
	}
	for variable, addr := range addrs {
		if conn, err := net.Dial("tcp", addr); err == nil {
			_ = conn.Close() // it was only asked for
			t.Errorf("after the demo somebody still listens at %s=%s", variable, addr)
		}
	}
}

// A port that is taken ends the demo before anything is started, with the variable
// that moves it.
func TestDemoNamesTheTakenPort(t *testing.T) {
	t.Parallel()
	addrs, err := stack.Free()
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", addrs[stack.VarMailer])
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	cmd := demo(t, addrs)
	out, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); err == nil || code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if !strings.Contains(string(out), stack.VarMailer+"=") || !strings.Contains(string(out), addrs[stack.VarMailer]) {
		t.Errorf("the demo does not name %s and its address:\n%s", stack.VarMailer, out)
	}
	if _, err := os.Stat(filepath.Join(cmd.Dir, "var", "demo", "storefront.db")); err == nil {
		t.Error("the programs were started all the same")
	}
}
