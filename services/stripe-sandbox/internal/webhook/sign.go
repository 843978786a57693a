package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"doorstep.example/pkg/config"
)

// SignatureHeader carries the signature.
const SignatureHeader = "Stripe-Signature"

// Sign returns the value of the header: the time, and one v1 signature for each
// secret. Stripe sends two while a secret is being rolled.
func Sign(body []byte, at time.Time, secrets []config.Secret) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	parts := []string{"t=" + seconds}
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret.Reveal()))
		mac.Write([]byte(seconds + "."))
		mac.Write(body)
		parts = append(parts, "v1="+hex.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(parts, ",")
}
