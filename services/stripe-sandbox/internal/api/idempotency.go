package api

import (
	"net/http"
	"sync"

	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// maxKey is Stripe's limit for the length of an idempotency key.
const maxKey = 255

// reply is an answer as it was sent.
type reply struct {
	status    int
	body      []byte
	requestID string
}

// replies remembers the answers by idempotency key. Stripe forgets a key after a
// day; here the oldest go when there are too many.
type replies struct {
	mu    sync.Mutex
	order []string
	byKey map[string]*entry
}

type entry struct {
	fingerprint [32]byte
	reply       *reply // nil while the first request is under way
}

func newReplies() *replies { return &replies{byKey: map[string]*entry{}} }

// begin returns the earlier answer of key, or nil for the caller to do the work
// and call end.
func (r *replies) begin(key string, fingerprint [32]byte) (*reply, *refusal.Error) {
	if len(key) > maxKey {
		return nil, refusal.Invalid("", "", "Idempotency keys can have up to %d characters.", maxKey)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.byKey[key]
	switch {
	case !ok:
		r.add(key, &entry{fingerprint: fingerprint})
		return nil, nil
	case e.fingerprint != fingerprint:
		return nil, &refusal.Error{Status: http.StatusBadRequest, Type: refusal.TypeIdempotency,
			Message: "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '" + key + "' if you meant to execute a different request."}
	case e.reply == nil:
		return nil, &refusal.Error{Status: http.StatusConflict, Type: refusal.TypeIdempotency, Code: "idempotency_key_in_use",
			Message: "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through). Please try again later."}
	}
	return e.reply, nil
}

func (r *replies) add(key string, e *entry) {
	if len(r.order) == account.Limit {
		delete(r.byKey, r.order[0])
		r.order = r.order[1:]
	}
	r.order = append(r.order, key)
	r.byKey[key] = e
}

// end stores the answer, or frees the key.
func (r *replies) end(key string, answer reply, keep bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.byKey[key]
	switch {
	case !ok: // pushed out meanwhile
	case keep:
		e.reply = &answer
	default:
		delete(r.byKey, key)
	}
}
