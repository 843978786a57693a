package tlsprobe

import (
	"fmt"
	"time"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

// Versions of the protocol.
const (
	SSL20 uint16 = wire.SSL20
	SSL30 uint16 = wire.SSL30
	TLS10 uint16 = wire.TLS10
	TLS11 uint16 = wire.TLS11
	TLS12 uint16 = wire.TLS12
	TLS13 uint16 = wire.TLS13
)

// VersionName returns "TLS 1.2" for TLS12.
func VersionName(version uint16) string {
	switch version {
	case SSL20:
		return "SSL 2.0"
	case SSL30:
		return "SSL 3.0"
	case TLS10, TLS11, TLS12, TLS13:
		return fmt.Sprintf("TLS 1.%d", version-TLS10)
	}
	return fmt.Sprintf("version %#04x", version)
}

// Answer is what is known of one question.
type Answer uint8

// The answers. The zero value claims nothing.
const (
	Unknown       Answer = iota // no clear answer; Result.Unknown may tell more
	Yes                         // seen
	No                          // clearly refused or absent
	NotApplicable               // the question does not arise with what the server offers
)

func (a Answer) String() string { return [...]string{"unknown", "yes", "no", "not applicable"}[a] }

// Result is what was found out about one host and port.
type Result struct {
	At          time.Time
	Connections int // opened, including those that failed
	// Versions are all six, from SSL 2.0 to TLS 1.3.
	Versions []Version
	// Chains are the certificate chains that the server sent, one for each leaf:
	// servers may have one for RSA and one for ECDSA.
	Chains [][][]byte // DER, leaf first, at most 16 certificates of 64 KiB
	// Timestamps has an entry for each leaf with which timestamps were asked for.
	Timestamps []Timestamps
	// DH are the parameters of finite-field Diffie-Hellman seen up to TLS 1.2, the
	// weakest first.
	DH []DHGroup
	// ExportRSA is the smallest temporary RSA key of an export suite in bits; 0: none.
	ExportRSA int
	Features  Features
	// Unknown lists in words what could not be found out, and why.
	Unknown []string
}

// Timestamps is what came in the handshake beside a certificate: the list of signed
// certificate timestamps of RFC 6962 section 3.3, unread, empty when there was none.
type Timestamps struct {
	Leaf []byte // DER
	List []byte // at most 64 KiB
}

// Version is one version of the protocol.
type Version struct {
	ID      uint16
	Offered Answer
	Reason  string // for what Offered is not Yes: "alert protocol_version", "connection closed"
	// Suites are those accepted: common before weak before rare ones, and within
	// these in the order in which the server picked them.
	Suites []Suite
	// SSL2Ciphers are the names of SSL 2.0's cipher kinds, which are no Suites.
	SSL2Ciphers []string
	// Complete tells that every suite not in Suites was refused.
	Complete bool
	// ServerOrder tells whether the server's preference decides, not the client's.
	// NotApplicable: fewer than two suites.
	ServerOrder Answer
	// Groups are the curves of ECDHE, in TLS 1.3 also finite fields and hybrids, in
	// the order in which the server picked them. They were asked for in TLS 1.3 and in
	// the highest version below it that has ECDHE.
	Groups []Group
	// ExplicitCurve tells that the server sent parameters of a curve of its own.
	ExplicitCurve bool
}

// Features are the protections and options of the protocol.
type Features struct {
	FallbackSCSV         Answer // RFC 7507; NotApplicable with a single version
	SecureRenegotiation  Answer // RFC 5746; this and the next four are of SSL 3.0 to TLS 1.2
	ClientRenegotiation  Answer // whether a visitor may start one, again and again; TLS 1.0 to 1.2
	ExtendedMasterSecret Answer // RFC 7627
	EncryptThenMAC       Answer // RFC 7366; NotApplicable without CBC suites
	Compression          Answer // DEFLATE (CRIME)
	SessionTickets       Answer // any version
	Stapling             Answer // a stapled OCSP response, any version
	ClientCertificate    Answer // whether the server asks visitors for one
	// HelloRetry tells whether TLS 1.3 asks for another key share, as RFC 8446 4.1.1
	// demands, when none was sent.
	HelloRetry   Answer
	EarlyData    Answer // 0-RTT of TLS 1.3
	MaxEarlyData uint32 // bytes

	ALPN []string // protocols accepted, of h2 and http/1.1
	OCSP []byte   // the stapled response, DER
}

// Version returns the entry of one version.
func (r *Result) Version(id uint16) Version {
	for _, v := range r.Versions {
		if v.ID == id {
			return v
		}
	}
	return Version{ID: id}
}

// Highest returns the highest version offered, or 0.
func (r *Result) Highest() uint16 {
	var highest uint16
	for _, v := range r.Versions {
		if v.Offered == Yes {
			highest = v.ID
		}
	}
	return highest
}
