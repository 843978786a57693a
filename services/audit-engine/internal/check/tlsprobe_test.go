package check_test

import (
	"crypto/x509"
	"slices"
	"strconv"
	"strings"
	"testing"

	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// record makes what a probe finds at the server that spec describes. Besides the
// certificates, see sentChains, spec has
//
//	TLS 1.2         its suites, or "unknown"; SSL 2.0 takes any words. A version that is
//	                not there is declined. Without any: a modern TLS 1.2 and 1.3
//	partial         versions whose suites are not all known, "TLS 1.2, TLS 1.1"
//	client order    versions in which the client's order counts
//	unknown order   versions of which that is not known
//	groups TLS 1.3  names of groups
//	dh              groups, "1024 unsafe, 512 export, 2048 standard": bits and what is known
//	no              features that are missing: renegotiation, master-secret, fallback, stapling, retry
//	yes             features that are there: compression, early-data, stapling, client-renegotiation
//	open            features that are unknown
//	no certificate  anything: none was shown
//	not asked       anything: timestamps were not asked for
//
// Features that are not named are as a modern server has them, without stapling.
func record(t *testing.T, spec map[string]string) (*check.TLS, *x509.CertPool) {
	t.Helper()
	chains, roots := sentChains(t, spec)
	r := &tlsprobe.Result{At: fixtureNow}
	if _, none := spec["no certificate"]; !none {
		for _, c := range chains {
			r.Chains = append(r.Chains, c.der)
			if _, missing := spec["not asked"]; !missing {
				r.Timestamps = append(r.Timestamps, tlsprobe.Timestamps{Leaf: c.der[0], List: stampList(c.stamps)})
			}
		}
	}
	for _, id := range []uint16{tlsprobe.SSL20, tlsprobe.SSL30, tlsprobe.TLS10, tlsprobe.TLS11, tlsprobe.TLS12, tlsprobe.TLS13} {
		r.Versions = append(r.Versions, recordVersion(t, id, spec))
	}
	for group := range strings.SplitSeq(spec["dh"], ", ") {
		if fields := strings.Fields(group); len(fields) > 0 {
			r.DH = append(r.DH, recordDH(t, fields))
		}
	}
	recordFeatures(t, &r.Features, spec)
	return check.NewTLS("192.0.2.1:443", r), roots
}

func recordVersion(t *testing.T, id uint16, spec map[string]string) tlsprobe.Version {
	t.Helper()
	name := tlsprobe.VersionName(id)
	text, given := spec[name]
	if !slices.ContainsFunc([]string{"SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}, func(v string) bool { _, any := spec[v]; return any }) {
		text = map[uint16]string{tlsprobe.TLS12: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", tlsprobe.TLS13: "TLS_AES_128_GCM_SHA256"}[id]
		given = text != ""
	}
	v := tlsprobe.Version{ID: id, Offered: tlsprobe.No, Complete: !slices.Contains(strings.Split(spec["partial"], ", "), name), ServerOrder: tlsprobe.Yes}
	switch {
	case text == "unknown":
		v.Offered, v.Complete, v.Reason = tlsprobe.Unknown, false, "no answer in time"
		return v
	case !given:
		return v
	}
	v.Offered = tlsprobe.Yes
	if id == tlsprobe.SSL20 {
		v.SSL2Ciphers = strings.Fields(text)
		return v
	}
	for suite := range strings.FieldsSeq(text) {
		i := slices.IndexFunc(tlsprobe.Suites(), func(s tlsprobe.Suite) bool { return s.Name == suite })
		if i < 0 {
			t.Fatalf("no suite %q", suite)
		}
		v.Suites = append(v.Suites, tlsprobe.Suites()[i])
	}
	switch {
	case slices.Contains(strings.Split(spec["client order"], ", "), name):
		v.ServerOrder = tlsprobe.No
	case slices.Contains(strings.Split(spec["unknown order"], ", "), name):
		v.ServerOrder = tlsprobe.Unknown
	}
	for group := range strings.FieldsSeq(spec["groups "+name]) {
		v.Groups = append(v.Groups, groupNamed(t, group))
	}
	return v
}

func groupNamed(t *testing.T, name string) tlsprobe.Group {
	t.Helper()
	for id := range 1 << 16 {
		if g := tlsprobe.Group(id); g.String() == name {
			return g
		}
	}
	t.Fatalf("no group %q", name)
	return 0
}

func recordDH(t *testing.T, fields []string) tlsprobe.DHGroup {
	t.Helper()
	bits, err := strconv.Atoi(fields[0])
	if err != nil {
		t.Fatal(err)
	}
	g := tlsprobe.DHGroup{Bits: bits, Prime: strings.Repeat("ab", 32), SafePrime: tlsprobe.Yes}
	for _, word := range fields[1:] {
		switch word {
		case "export":
			g.Export = true
		case "unsafe":
			g.SafePrime = tlsprobe.No
		case "untested":
			g.SafePrime = tlsprobe.Unknown
		case "standard":
			g.Standard, g.Name = true, "RFC 7919 ffdhe2048"
		default:
			g.Name = word
		}
	}
	return g
}

func recordFeatures(t *testing.T, f *tlsprobe.Features, spec map[string]string) {
	t.Helper()
	f.FallbackSCSV, f.SecureRenegotiation, f.ExtendedMasterSecret, f.HelloRetry = tlsprobe.Yes, tlsprobe.Yes, tlsprobe.Yes, tlsprobe.Yes
	f.Compression, f.Stapling, f.EarlyData, f.ClientRenegotiation = tlsprobe.No, tlsprobe.No, tlsprobe.No, tlsprobe.No
	fields := map[string]*tlsprobe.Answer{
		"renegotiation": &f.SecureRenegotiation, "master-secret": &f.ExtendedMasterSecret, "fallback": &f.FallbackSCSV,
		"client-renegotiation": &f.ClientRenegotiation, "stapling": &f.Stapling, "retry": &f.HelloRetry, "compression": &f.Compression, "early-data": &f.EarlyData,
	}
	for key, answer := range map[string]tlsprobe.Answer{"no": tlsprobe.No, "yes": tlsprobe.Yes, "open": tlsprobe.Unknown} {
		for feature := range strings.FieldsSeq(spec[key]) {
			if fields[feature] == nil {
				t.Fatalf("no feature %q", feature)
			}
			*fields[feature] = answer
		}
	}
	if f.EarlyData == tlsprobe.Yes {
		f.MaxEarlyData = 16384
	}
}
