package api

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"doorstep.example/services/stripe-sandbox/internal/account"
)

func TestRepliesOfOneKey(t *testing.T) {
	t.Parallel()
	r := newReplies()
	mine, other := [32]byte{1}, [32]byte{2}
	if earlier, err := r.begin("k", mine); earlier != nil || err != nil {
		t.Fatalf("first: %v %v", earlier, err)
	}
	if _, err := r.begin("k", mine); err == nil || err.Status != http.StatusConflict || err.Code != "idempotency_key_in_use" {
		t.Errorf("while it is under way: %v, want 409", err)
	}
	if _, err := r.begin("k", other); err == nil || err.Status != http.StatusBadRequest {
		t.Errorf("other parameters: %v, want 400", err)
	}
	r.end("k", reply{status: http.StatusOK, requestID: "req_1"}, true)
	if earlier, err := r.begin("k", mine); err != nil || earlier == nil || earlier.requestID != "req_1" {
		t.Errorf("afterwards: %v %v", earlier, err)
	}
	if _, err := r.begin(strings.Repeat("k", maxKey+1), mine); err == nil {
		t.Error("a key that is too long was taken")
	}
}

func TestRepliesAreBounded(t *testing.T) {
	t.Parallel()
	r := newReplies()
	for i := range account.Limit + 1 {
		key := strconv.Itoa(i)
		if _, err := r.begin(key, [32]byte{}); err != nil {
			t.Fatal(err)
		}
		r.end(key, reply{}, true)
	}
	if len(r.byKey) != account.Limit || r.byKey["0"] != nil {
		t.Errorf("%d keys kept, the first among them: %t", len(r.byKey), r.byKey["0"] != nil)
	}
}
