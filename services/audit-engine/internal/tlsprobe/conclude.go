package tlsprobe

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"slices"
)

// conclude writes into r what the probes have gathered.
func (p *prober) conclude(r *Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := &p.seen
	r.Connections = p.connections
	r.DH = describe(e.dh)
	r.ExportRSA = e.exportRSA
	r.Chains = sortedChains(e.chains)
	r.Timestamps = e.scts
	for i := range r.Versions {
		v := &r.Versions[i]
		if v.ID == SSL20 && v.Offered == No && r.Highest() == 0 {
			v.Offered, v.Complete = Unknown, false // it speaks no TLS either
		}
		v.ExplicitCurve = slices.Contains(e.explicit, v.ID)
	}
	p.features(r)
	r.Unknown = append(openQuestions(r.Versions), e.unknown...)
}

// openQuestions tells which versions and suites got no clear answer.
func openQuestions(versions []Version) []string {
	var list []string
	for _, v := range versions {
		name := VersionName(v.ID)
		switch {
		case v.Offered == Unknown:
			list = append(list, fmt.Sprintf("%s: %s", name, v.Reason))
		case !v.Complete:
			list = append(list, fmt.Sprintf("further suites of %s: %s", name, v.Reason))
		}
		if v.Offered == Yes && v.ServerOrder == Unknown {
			list = append(list, fmt.Sprintf("whose preference decides in %s", name))
		}
	}
	return list
}

func (p *prober) features(r *Result) {
	e, f := &p.seen, &r.Features
	legacy, modern := false, r.Version(TLS13).Offered == Yes
	for _, v := range r.Versions {
		legacy = legacy || v.ID != SSL20 && v.ID != TLS13 && v.Offered == Yes
	}
	t := e.asked
	f.SecureRenegotiation = answer(legacy, t.flights, t.renegotiation)
	f.ExtendedMasterSecret = answer(legacy, t.hellos, t.extendedMaster)
	f.Compression = answer(legacy, t.hellos, t.deflate)
	f.EncryptThenMAC = answer(legacy && (t.cbc > 0 || t.hellos == 0), t.cbc, t.encryptThenMAC)
	f.HelloRetry = NotApplicable
	f.EarlyData = NotApplicable
	if modern {
		f.HelloRetry = e.retry
		f.EarlyData = Unknown
	}
	tickets, complete := t.ticket, t.hellos
	for _, h := range e.encrypted {
		f.MaxEarlyData = max(f.MaxEarlyData, h.MaxEarlyData)
		tickets += h.Tickets
		if h.Ended || h.Tickets > 0 {
			f.EarlyData = No
			complete++
		}
	}
	if f.MaxEarlyData > 0 {
		f.EarlyData = Yes
	}
	f.SessionTickets = answer(legacy || modern, complete, tickets)
	f.Stapling = answer(legacy || modern, t.hellos+len(e.encrypted), len(e.ocsp))
	f.OCSP = e.ocsp
	f.ALPN = inOrder(protocols, e.alpn)
	f.ClientCertificate = Unknown
	if t.flights+len(e.encrypted) > 0 {
		f.ClientCertificate = No
	}
	if e.client {
		f.ClientCertificate = Yes
	}
	if len(r.Chains) == 0 && (legacy || modern) {
		e.unknown = append(e.unknown, "the certificate: the server sent none")
	}
}

// answer is Yes if anything was seen, No if it was asked for without success, Unknown
// if it was never asked for.
func answer(applies bool, asked, seen int) Answer {
	switch {
	case !applies:
		return NotApplicable
	case seen > 0:
		return Yes
	case asked > 0:
		return No
	}
	return Unknown
}

func inOrder(order, seen []string) []string {
	var list []string
	for _, s := range order {
		if slices.Contains(seen, s) {
			list = append(list, s)
		}
	}
	return list
}

// sortedChains puts RSA before ECDSA, so that the same host gives the same Result.
func sortedChains(chains [][][]byte) [][][]byte {
	kind := func(chain [][]byte) x509.PublicKeyAlgorithm {
		leaf, err := x509.ParseCertificate(chain[0])
		if err != nil {
			return x509.UnknownPublicKeyAlgorithm
		}
		return leaf.PublicKeyAlgorithm
	}
	return slices.SortedStableFunc(slices.Values(chains), func(a, b [][]byte) int { return cmp.Compare(kind(a), kind(b)) })
}
