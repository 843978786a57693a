package main

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"doorstep.example/pkg/database/databasetest"
)

// TestTableIsStripes fails when operations.json was edited by hand, or an
// operation was added without `go generate`.
func TestTableIsStripes(t *testing.T) {
	t.Parallel()
	want, err := extract(t.Context())
	if errors.Is(err, errNoSource) {
		databasetest.Missing(t, "stripe-mock's source (go mod download "+mock+"): "+err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../operations.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("operations.json differs from Stripe's description: run `go generate ./internal/param`")
	}
}
