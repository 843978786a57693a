package order

import (
	"os"
	"strings"
	"testing"
)

// TestDiagram compares the table of moves with the picture of it in ARCHITECTURE.md.
func TestDiagram(t *testing.T) {
	raw, err := os.ReadFile("../../../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(raw), "```mermaid\nstateDiagram-v2\n")
	got, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("ARCHITECTURE.md has no state diagram")
	}
	if want := diagram(); strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("the diagram in ARCHITECTURE.md is not the table in state.go; it should be:\n%s", want)
	}
}

// diagram draws the table. Moves to held, refunded and failed are possible from
// almost everywhere, and are told in words, so that the picture stays one.
func diagram() string {
	var b strings.Builder
	b.WriteString("    [*] --> awaiting_payment\n")
	for _, from := range States() {
		if from == Held {
			continue
		}
		for _, to := range from.Moves() {
			if to != Held && to != Refunded && to != Failed {
				b.WriteString("    " + string(from) + " --> " + string(to) + "\n")
			}
		}
	}
	return b.String()
}

// TestDiagramInWords checks what the picture leaves out.
func TestDiagramInWords(t *testing.T) {
	for _, from := range States() {
		if can := from.CanBecome(Held); can != (from != Held && from != Refunded) {
			t.Errorf("%s → held: %v", from, can)
		}
		if can := from.CanBecome(Refunded); can != (from != Refunded) {
			t.Errorf("%s → refunded: %v", from, can)
		}
		path := from == AwaitingPayment || from == Paid || from == Working || from == Ready || from == AwaitingProof || from == Held
		if can := from.CanBecome(Failed); can != path {
			t.Errorf("%s → failed: %v", from, can)
		}
		if from != Held && from != Refunded && from != Failed && from != Expired && !Held.CanBecome(from) {
			t.Errorf("held cannot go back to %s", from)
		}
	}
}
