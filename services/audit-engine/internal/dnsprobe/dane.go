package dnsprobe

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/miekg/dns"
)

// Certificate usages of TLSA records (RFC 6698 section 2.1.1, named by RFC 7218).
const (
	PKIXTA uint8 = iota // an authority on the path that visitors trust anyway
	PKIXEE              // the server's certificate, which visitors trust anyway
	DANETA              // an authority, whoever else trusts it
	DANEEE              // the server's certificate, whoever else trusts it
)

// What a TLSA record compares with (RFC 6698 section 2.1.2).
const (
	WholeCertificate uint8 = iota
	PublicKey
)

// How a TLSA record compares (RFC 6698 section 2.1.3).
const (
	Exact uint8 = iota
	SHA256
	SHA512
)

// maxMailTLSA is how many mail servers are asked about.
const maxMailTLSA = 5

// TLSA is what the DNS says about the certificate of one service (DANE, RFC 6698).
type TLSA struct {
	Name    string // such as _443._tcp.www.example.com
	Host    string
	Records []TLSARecord
	// Signed: the resolver has validated the records. Without that, nobody may rely on
	// them.
	Signed bool
}

// TLSARecord is one statement about a certificate.
type TLSARecord struct {
	Usage, Selector, Matching uint8
	Data                      []byte
	Problem                   string // why clients pass it over; "": they do not
}

// String is the record as zone files write it.
func (r TLSARecord) String() string {
	return fmt.Sprintf("TLSA %d %d %d %x", r.Usage, r.Selector, r.Matching, r.Data)
}

// lookTLSA returns the records for a port of host. Where the host is an alias of a
// signed zone, those at its end come first (RFC 7671 section 7).
func lookTLSA(ctx context.Context, s *session, host string, port uint16) (TLSA, error) {
	a, err := s.ask(ctx, host, dns.TypeA)
	if err != nil {
		return TLSA{}, err
	}
	names := []string{host}
	if len(a.chain) > 0 && a.authentic {
		names = []string{a.end(host), host}
	}
	var found TLSA
	for _, name := range names {
		found, err = askTLSA(ctx, s, name, port)
		if err != nil || len(found.Records) > 0 {
			return found, err
		}
	}
	return found, nil
}

func askTLSA(ctx context.Context, s *session, host string, port uint16) (TLSA, error) {
	found := TLSA{Name: fmt.Sprintf("_%d._tcp.%s", port, host), Host: host}
	a, err := s.ask(ctx, found.Name, dns.TypeTLSA)
	if err != nil {
		return found, err
	}
	for _, record := range a.records {
		if tlsa, ok := record.(*dns.TLSA); ok {
			found.Records = append(found.Records, readTLSA(tlsa))
		}
	}
	slices.SortFunc(found.Records, func(a, b TLSARecord) int { return cmp.Compare(a.String(), b.String()) })
	found.Signed = a.authentic && len(found.Records) > 0
	if len(found.Records) == 0 || found.Signed {
		return found, nil
	}
	return found, s.validates(ctx)
}

var errNoVouching = errors.New("the resolver that this audit uses does not validate signatures")

// validates returns an error unless the resolver vouches for the root zone, which is
// always signed.
func (s *session) validates(ctx context.Context) error {
	root, err := s.ask(ctx, ".", dns.TypeSOA)
	if err == nil && !root.authentic {
		return errNoVouching
	}
	return err
}

// readTLSA reads a record and says what is wrong with it (RFC 7671 section 4.1: such
// records are unusable, and clients pass them over).
func readTLSA(record *dns.TLSA) TLSARecord {
	data, err := hex.DecodeString(record.Certificate)
	r := TLSARecord{Usage: record.Usage, Selector: record.Selector, Matching: record.MatchingType, Data: data}
	var sequence asn1.RawValue
	switch rest, malformed := asn1.Unmarshal(data, &sequence); {
	case err != nil:
		r.Problem = "its data cannot be read"
	case r.Usage > DANEEE:
		r.Problem = fmt.Sprintf("the certificate usage %d is none of 0 to 3", r.Usage)
	case r.Selector > PublicKey:
		r.Problem = fmt.Sprintf("the selector %d is neither 0 nor 1", r.Selector)
	case r.Matching > SHA512:
		r.Problem = fmt.Sprintf("the matching type %d is none of 0, 1 and 2", r.Matching)
	case r.Matching == SHA256 && len(data) != sha256.Size, r.Matching == SHA512 && len(data) != sha512.Size:
		r.Problem = fmt.Sprintf("a digest of %d bytes does not fit the matching type %d", len(data), r.Matching)
	case r.Matching == Exact && (malformed != nil || len(rest) > 0 || sequence.Tag != asn1.TagSequence || !sequence.IsCompound):
		r.Problem = "its data is neither a certificate nor a key"
	}
	return r
}

// lookMailTLSA asks about the first mail servers. One that gave no answer does not
// spoil the others.
func lookMailTLSA(ctx context.Context, s *session, hosts []string) []Fact[TLSA] {
	var facts []Fact[TLSA]
	for _, host := range hosts[:min(len(hosts), maxMailTLSA)] {
		facts = append(facts, know(askTLSA(ctx, s, host, 25)))
	}
	return facts
}
