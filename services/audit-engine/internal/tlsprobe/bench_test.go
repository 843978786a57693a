package tlsprobe_test

import (
	"os"
	"testing"

	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// BenchmarkProbe takes stock of the server at BENCH_TLS_ADDR (ip:port), which `make
// bench` sets; without one there is nothing to measure.
func BenchmarkProbe(b *testing.B) {
	addr := os.Getenv("BENCH_TLS_ADDR")
	if addr == "" {
		b.Skip("BENCH_TLS_ADDR names no server")
	}
	for b.Loop() {
		if _, err := tlsprobe.Probe(b.Context(), config(addr)); err != nil {
			b.Fatal(err)
		}
	}
}
