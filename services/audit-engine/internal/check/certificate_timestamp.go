package check

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// Extensions with a list of signed certificate timestamps, in a certificate and in an
// OCSP response (RFC 6962 section 3.3).
var (
	oidTimestamps        = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}
	oidStapledTimestamps = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 5}
)

// timestamp is the promise of a log that a certificate stands in it.
type timestamp struct {
	Log [32]byte // id
	At  time.Time
}

var errTimestamps = errors.New("it is not a list of timestamps")

// parseTimestamps reads a SignedCertificateTimestampList (RFC 6962 sections 3.2 and
// 3.3). Timestamps of versions other than v1 are left out, as clients must.
func parseTimestamps(list []byte) ([]timestamp, error) {
	outer := cryptobyte.String(list)
	var entries cryptobyte.String
	if !outer.ReadUint16LengthPrefixed(&entries) || !outer.Empty() || entries.Empty() {
		return nil, errTimestamps
	}
	var stamps []timestamp
	for !entries.Empty() {
		var entry, rest cryptobyte.String
		var version, hash, signature uint8
		var milliseconds uint64
		var stamp timestamp
		if !entries.ReadUint16LengthPrefixed(&entry) || !entry.ReadUint8(&version) {
			return nil, errTimestamps
		}
		if version != 0 {
			continue
		}
		if !entry.CopyBytes(stamp.Log[:]) || !entry.ReadUint64(&milliseconds) || milliseconds > math.MaxInt64 ||
			!entry.ReadUint16LengthPrefixed(&rest) || !entry.ReadUint8(&hash) || !entry.ReadUint8(&signature) ||
			!entry.ReadUint16LengthPrefixed(&rest) || !entry.Empty() {
			return nil, errTimestamps
		}
		stamp.At = time.UnixMilli(int64(milliseconds))
		stamps = append(stamps, stamp)
	}
	return stamps, nil
}

// extensionList returns the list that an extension wraps; what cannot be unwrapped is
// returned as it is, for parseTimestamps to refuse. nil: there is no such extension.
func extensionList(extensions []pkix.Extension, id asn1.ObjectIdentifier) []byte {
	for _, extension := range extensions {
		if !extension.Id.Equal(id) {
			continue
		}
		var list []byte
		if rest, err := asn1.Unmarshal(extension.Value, &list); err != nil || len(rest) > 0 {
			return extension.Value
		}
		return list
	}
	return nil
}
