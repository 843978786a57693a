package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"testing"
	"time"

	"doorstep.example/pkg/config"
)

var (
	now    = time.Unix(1_800_000_000, 0)
	oldKey = []byte("an old key of sixteen or more bytes")
	newKey = []byte("a new key of sixteen or more bytes")
)

func secret(key []byte) config.Secret {
	return config.Secret("whsec_" + base64.StdEncoding.EncodeToString(key))
}

func sign(key []byte, id string, at time.Time, body string) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestVerify(t *testing.T) {
	t.Parallel()
	v, err := NewVerifier(config.Secrets{secret(newKey), secret(oldKey)})
	if err != nil {
		t.Fatal(err)
	}
	const body = `{"type":"email.sent"}`
	good := sign(newKey, "msg_1", now, body)
	at := func(d time.Duration) (string, string) {
		return fmt.Sprint(now.Add(d).Unix()), "v1," + sign(newKey, "msg_1", now.Add(d), body)
	}
	early, earlySig := at(-299 * time.Second)
	late, lateSig := at(299 * time.Second)
	stale, staleSig := at(-301 * time.Second)
	future, futureSig := at(301 * time.Second)
	stamp := fmt.Sprint(now.Unix())
	for name, test := range map[string]struct {
		id, stamp, signature, body string
		ok                         bool
	}{
		"good":                 {"msg_1", stamp, "v1," + good, body, true},
		"the old secret":       {"msg_1", stamp, "v1," + sign(oldKey, "msg_1", now, body), body, true},
		"one of several":       {"msg_1", stamp, "v1,AAAA v1a,BBBB v1," + good, body, true},
		"five minutes ago":     {"msg_1", early, earlySig, body, true},
		"in five minutes":      {"msg_1", late, lateSig, body, true},
		"older":                {"msg_1", stale, staleSig, body, false},
		"newer":                {"msg_1", future, futureSig, body, false},
		"another version":      {"msg_1", stamp, "v9," + good, body, false},
		"no version":           {"msg_1", stamp, good, body, false},
		"another body":         {"msg_1", stamp, "v1," + good, body + " ", false},
		"another id":           {"msg_2", stamp, "v1," + good, body, false},
		"another time":         {"msg_1", fmt.Sprint(now.Unix() - 1), "v1," + good, body, false},
		"the empty key":        {"msg_1", stamp, "v1," + sign(nil, "msg_1", now, body), body, false},
		"no signature":         {"msg_1", stamp, "", body, false},
		"no id":                {"", stamp, "v1," + sign(newKey, "", now, body), body, false},
		"no time":              {"msg_1", "", "v1," + good, body, false},
		"time that overflows":  {"msg_1", "9223372036854775807", "v1," + good, body, false},
		"time below all times": {"msg_1", "-9223372036854775808", "v1," + good, body, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			h.Set("svix-id", test.id)
			h.Set("svix-timestamp", test.stamp)
			h.Set("svix-signature", test.signature)
			if err := v.Verify(h, []byte(test.body), now); (err == nil) != test.ok {
				t.Errorf("Verify = %v", err)
			}
		})
	}
	if err := (Verifier{}).Verify(http.Header{"Svix-Id": {"msg_1"}, "Svix-Timestamp": {stamp}, "Svix-Signature": {"v1," + good}}, []byte(body), now); err == nil {
		t.Error("verified without a secret")
	}
}

func TestNewVerifierRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []config.Secret{"whsec_", "whsec_c2hvcnQ=", "whsec_not base64!"} {
		if _, err := NewVerifier(config.Secrets{secret(newKey), s}); err == nil {
			t.Errorf("NewVerifier took %q", s.Reveal())
		}
	}
}
