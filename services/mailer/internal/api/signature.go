package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/errs"
)

// tolerance is how far a report's clock may be from ours, either way.
const tolerance = 5 * time.Minute

// Verifier checks the signatures of Resend's reports (Svix's scheme). Resend's
// own library accepts an empty key and signatures of any version; this does not.
type Verifier struct{ keys [][]byte }

// NewVerifier reads secrets of the form whsec_BASE64. While a secret is being
// changed there are two; either verifies.
func NewVerifier(secrets config.Secrets) (Verifier, error) {
	var v Verifier
	for _, s := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s.Reveal(), "whsec_"))
		if err != nil {
			return v, errors.New("must be whsec_ and base64, as Resend shows it")
		}
		if len(key) < config.MinSecret {
			return v, errors.New("is too short to be a signing secret of Resend")
		}
		v.keys = append(v.keys, key)
	}
	return v, nil
}

// Verify checks that body is a report of Resend from about now.
func (v Verifier) Verify(h http.Header, body []byte, now time.Time) error {
	id, stamp := h.Get("svix-id"), h.Get("svix-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if id == "" || err != nil {
		return errs.New(errs.Invalid, "The signature is missing: svix-id, svix-timestamp and svix-signature are expected.")
	}
	if math.Abs(float64(now.Unix()-seconds)) > tolerance.Seconds() {
		return errs.New(errs.Invalid, "The signature is older or newer than five minutes.")
	}
	for _, key := range v.keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + stamp + "."))
		mac.Write(body)
		want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		for _, given := range strings.Fields(h.Get("svix-signature")) {
			if hmac.Equal([]byte(given), []byte(want)) {
				return nil
			}
		}
	}
	return errs.New(errs.Invalid, "The signature does not match; check RESEND_WEBHOOK_SECRET.")
}
