package check

import (
	"slices"
	"strings"

	"golang.org/x/crypto/ocsp"

	"doorstep.example/services/audit-engine/internal/grade"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// TLSFacts returns what a reckoning by SSL Labs' guide needs. ok is false where too
// little is known for one.
func (s *Site) TLSFacts() (facts grade.TLSFacts, ok bool) {
	t := s.TLS
	if t == nil || t.Highest() == 0 || t.unclear() != "" || len(t.Certificates) == 0 {
		return grade.TLSFacts{}, false
	}
	offered := func(version uint16) bool { return t.answer(version) == tlsprobe.Yes }
	f := grade.TLSFacts{
		SSL2: offered(tlsprobe.SSL20), SSL3: offered(tlsprobe.SSL30), TLS10: offered(tlsprobe.TLS10), TLS11: offered(tlsprobe.TLS11),
		TLS12: offered(tlsprobe.TLS12), TLS13: offered(tlsprobe.TLS13),
		Compression:           t.Features.Compression == tlsprobe.Yes,
		NoSecureRenegotiation: t.Features.SecureRenegotiation == tlsprobe.No,
		HSTS:                  s.transportFacts(),
	}
	if !addSuites(&f, t) {
		return grade.TLSFacts{}, false
	}
	f.Keys = t.keys()
	for _, chain := range t.Certificates {
		proof := t.staple(chain[0])
		f.Untrusted = f.Untrusted || proof != nil && proof.Status == ocsp.Revoked
	}
	for _, c := range s.CertificateFacts() {
		if !c.TrustKnown && !c.Incomplete && !c.SelfSigned {
			return grade.TLSFacts{}, false // an A must not rest on a certificate that nobody has verified
		}
		f.Untrusted = f.Untrusted || c.SelfSigned || c.TrustKnown && !c.Trusted
		f.ChainIncomplete = f.ChainIncomplete || c.Incomplete
		f.NameMismatch = f.NameMismatch || !c.NameMatches
		f.Expired = f.Expired || !c.InTime
		f.ExponentOne = f.ExponentOne || c.ExponentOne
		f.SignedMD5 = f.SignedMD5 || c.BrokenHash
		f.SignedSHA1 = f.SignedSHA1 || c.WithdrawnHash
	}
	return f, true
}

// addSuites reports whether there were any.
func addSuites(f *grade.TLSFacts, t *TLS) bool {
	f.WeakestCipher = 1 << 16
	for _, v := range t.Versions {
		for _, s := range v.Suites {
			if s.SharedSecret() {
				continue
			}
			cbc := strings.Contains(s.Encryption, "CBC") || strings.Contains(s.Encryption, "DES40")
			f.WeakestCipher, f.StrongestCipher = min(f.WeakestCipher, s.Bits), max(f.StrongestCipher, s.Bits)
			f.Export = f.Export || s.Export
			f.Anonymous = f.Anonymous || s.Authentication == "anon"
			f.ForwardSecrecy = f.ForwardSecrecy || s.ForwardSecrecy
			f.AEAD = f.AEAD || s.AEAD
			f.RC4 = f.RC4 || s.Class() == tlsprobe.ClassRC4
			f.NewRC4 = f.NewRC4 || s.Class() == tlsprobe.ClassRC4 && v.ID >= tlsprobe.TLS11
			f.NewBlocks64 = f.NewBlocks64 || s.Class() == tlsprobe.Class64Bit && v.ID >= tlsprobe.TLS11
			f.CBCWithSSL3 = f.CBCWithSSL3 || cbc && v.ID == tlsprobe.SSL30
			f.OldCBCOnly = f.OldCBCOnly || cbc && !f.TLS11 && !f.TLS12 && !f.TLS13
		}
	}
	return f.WeakestCipher < 1<<16
}

// keys are the keys of the certificates and the temporary ones, as far as their size is
// known.
func (t *TLS) keys() []grade.Key {
	var leaves [][]byte
	for _, chain := range t.Certificates {
		leaves = append(leaves, chain[0].Raw)
	}
	var keys []grade.Key
	for _, der := range slices.Concat(leaves, t.Unreadable) {
		if key, err := readKey(der); err == nil && key.bits > 0 {
			keys = append(keys, grade.Key{Elliptic: key.kind == "elliptic curve", Bits: key.bits})
		}
	}
	for _, group := range t.DH {
		keys = append(keys, grade.Key{Bits: group.Bits})
	}
	if t.ExportRSA > 0 {
		keys = append(keys, grade.Key{Bits: t.ExportRSA})
	}
	return keys
}
