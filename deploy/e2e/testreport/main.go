// Command testreport reads `go test -json` on stdin and prints what a person wants
// to see of it: a line a package, as go test prints it, and the whole output of
// what failed. Skipped tests are named; with CI set, one of them is a failure,
// because nothing may be skipped there.
//
//	go test -json work | go run ./deploy/e2e/testreport
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	os.Exit(run(os.Stdin, os.Stdout, os.Getenv("CI") != ""))
}

func run(in io.Reader, out io.Writer, strict bool) int {
	r := newReport(out)
	if err := r.read(in); err != nil {
		fmt.Fprintln(out, "testreport:", err)
		return 1
	}
	return r.finish(strict)
}
