package main

import (
	"compress/zlib"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

const pdfLimit = 90 * time.Second // compiling it included

// pdf measures the making of reports in the engine's own benchmark.
func (b *bench) pdf(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pdfLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "BenchmarkPDF", "-benchtime", "20x", "./internal/report")
	cmd.Dir = filepath.Join(b.root, "services", "audit-engine")
	// In a group of its own, so that what go started ends with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("run the engine's benchmark: %w\n%s", err, out)
	}
	documents, err := parseBench(out)
	if err != nil {
		return err
	}
	for _, d := range documents {
		deflate, err := deflating(d.size)
		if err != nil {
			return err
		}
		figure("pdf."+d.name, millis(d.took), ms)
		figure("pdf."+d.name+".bare_deflate", millis(deflate), ms)
		figure("pdf."+d.name+".size", d.size/1e6, mb)
		figure("pdf."+d.name+".allocated", d.allocated/1e6, mb)
	}
	return nil
}

// document is a line of the benchmark.
type document struct {
	name      string
	took      time.Duration
	size      float64 // bytes
	allocated float64 // bytes
}

var benchLine = regexp.MustCompile(`(?m)^BenchmarkPDF/([a-z0-9_]+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op\s+([\d.]+) MB/s\s+(\d+) B/op`)

// parseBench reads the output of go test -bench.
func parseBench(out []byte) ([]document, error) {
	var list []document
	for _, found := range benchLine.FindAllSubmatch(out, -1) {
		var n [3]float64
		for i := range n {
			var err error
			if n[i], err = strconv.ParseFloat(string(found[i+2]), 64); err != nil {
				return nil, fmt.Errorf("read a figure of the benchmark: %w", err)
			}
		}
		nanos, mbPerSecond, allocated := n[0], n[1], n[2]
		list = append(list, document{name: string(found[1]), took: time.Duration(nanos), size: mbPerSecond * nanos / 1e3, allocated: allocated})
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("the engine's benchmark printed no figures:\n%s", out)
	}
	return list, nil
}

// deflating is how long it takes to write so many bytes deflated. Its input is random
// text, of which deflating leaves three quarters.
func deflating(size float64) (time.Duration, error) {
	raw := make([]byte, int(size))
	_, _ = rand.Read(raw) // never fails
	text := []byte(base64.StdEncoding.EncodeToString(raw))
	begun := time.Now()
	w := zlib.NewWriter(io.Discard)
	if _, err := w.Write(text); err != nil {
		return 0, err
	}
	err := w.Close()
	return time.Since(begun), err
}
