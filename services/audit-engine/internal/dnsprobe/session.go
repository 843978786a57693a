package dnsprobe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Bounds of all questions about one host.
const (
	maxQuestions = 50
	maxTime      = 8 * time.Second
	atOnce       = 4
	maxChain     = 8 // aliases in a row; resolvers give up at about as many
)

// Why a fact is not known, in words for the report.
var (
	errSilent = errors.New("the DNS did not answer in time")
	errBudget = errors.New("the domain's records lead to more questions than this audit asks")
	errAway   = errors.New("the DNS pointed to other servers instead of answering")
	errChain  = fmt.Errorf("the name is an alias of an alias, more than %d times or in a circle", maxChain)
)

// session asks the questions about one host, within bounds.
type session struct {
	exchange Exchange
	slots    chan struct{}

	mu   sync.Mutex
	left int
}

func newSession(exchange Exchange) *session {
	return &session{exchange: exchange, slots: make(chan struct{}, atOnce), left: maxQuestions}
}

// answer is a reply after its aliases.
type answer struct {
	exists    bool     // false: NXDOMAIN, for the name at the end of the chain
	authentic bool     // the resolver has validated it
	chain     []string // what the name is an alias of, one after the other
	records   []dns.RR // of the type that was asked for, at the end of the chain
	zone      string   // whose the statement is that there are no records; may be empty
}

// end returns the name at the end of the aliases.
func (a answer) end(name string) string {
	if len(a.chain) == 0 {
		return name
	}
	return a.chain[len(a.chain)-1]
}

// ask asks for the records of name, without a trailing dot, and follows aliases. Its
// errors are those above, or say with which code the DNS refused.
func (s *session) ask(ctx context.Context, name string, kind uint16) (answer, error) {
	return s.follow(ctx, name, kind, false)
}

// askUnchecked asks the resolver not to validate.
func (s *session) askUnchecked(ctx context.Context, name string, kind uint16) (answer, error) {
	return s.follow(ctx, name, kind, true)
}

func (s *session) follow(ctx context.Context, name string, kind uint16, unchecked bool) (answer, error) {
	a := answer{authentic: true}
	for at := name; ; {
		reply, err := s.one(ctx, at, kind, unchecked)
		if err != nil {
			return answer{}, err
		}
		chain, records := walk(reply, at, kind)
		switch {
		case refers(reply):
			return answer{}, errAway
		case len(chain)+len(records) == 0 && len(reply.Answer) > 0:
			return answer{}, errOdd // what is there, nobody asked for
		}
		a.chain = append(a.chain, chain...)
		if len(a.chain) > maxChain {
			return answer{}, errChain
		}
		a.authentic = a.authentic && reply.AuthenticatedData
		a.exists = reply.Rcode != dns.RcodeNameError
		a.records = records
		a.zone = soaOwner(reply)
		if len(records) > 0 || !a.exists || len(chain) == 0 || a.zone != "" {
			return a, nil
		}
		at = a.end(name) // the resolver left the rest of the chain to us
	}
}

// one asks one question.
func (s *session) one(ctx context.Context, name string, kind uint16, unchecked bool) (*dns.Msg, error) {
	if _, ok := dns.IsDomainName(name); !ok || len(name) > 253 {
		return nil, errOdd
	}
	if !s.spend() {
		return nil, errBudget
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return nil, errSilent
	}
	question := new(dns.Msg).SetQuestion(dns.Fqdn(name), kind)
	question.SetEdns0(askSize, true)
	question.CheckingDisabled = unchecked
	reply, err := s.exchange(ctx, question)
	switch {
	case errors.Is(err, errOdd):
		return nil, errOdd
	case err != nil:
		return nil, errSilent
	}
	if reply.Rcode != dns.RcodeSuccess && reply.Rcode != dns.RcodeNameError {
		return nil, &refusal{reply.Rcode}
	}
	return reply, nil
}

func (s *session) spend() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left--
	return s.left >= 0
}

// refusal is an answer with an error code.
type refusal struct{ code int }

func (r *refusal) Error() string {
	name, known := dns.RcodeToString[r.code]
	if !known {
		name = fmt.Sprint(r.code)
	}
	return fmt.Sprintf("the DNS answered with an error (%s)", name)
}

// servfail reports the code with which a validating resolver refuses what does not
// validate.
func servfail(err error) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.code == dns.RcodeServerFailure
}

// walk goes along the aliases in a reply, from name to the records of kind.
func walk(reply *dns.Msg, name string, kind uint16) (chain []string, records []dns.RR) {
	at := canonical(name)
	for {
		next := ""
		for _, record := range reply.Answer {
			if canonical(record.Header().Name) != at || record.Header().Class != dns.ClassINET {
				continue
			}
			if alias, ok := record.(*dns.CNAME); ok && kind != dns.TypeCNAME {
				next = canonical(alias.Target)
			} else if record.Header().Rrtype == kind && !hasRecord(records, record) {
				records = append(records, record)
			}
		}
		if next == "" || len(records) > 0 || len(chain) > maxChain {
			return chain, records
		}
		chain = append(chain, next)
		at = next
	}
}

// hasRecord reports whether a set has a record already: it holds nothing twice, although
// some servers send it so (RFC 2181 section 5).
func hasRecord(set []dns.RR, record dns.RR) bool {
	return slices.ContainsFunc(set, func(r dns.RR) bool { return dns.IsDuplicate(r, record) })
}

// soaOwner returns the zone that states that there is nothing (RFC 2308), or "".
func soaOwner(reply *dns.Msg) string {
	for _, record := range reply.Ns {
		if record.Header().Rrtype == dns.TypeSOA {
			return canonical(record.Header().Name)
		}
	}
	return ""
}

// refers reports a referral to other servers, which says nothing about what was asked
// for (RFC 2308 section 2.2).
func refers(reply *dns.Msg) bool {
	return reply.Rcode == dns.RcodeSuccess && len(reply.Answer) == 0 && soaOwner(reply) == "" &&
		slices.ContainsFunc(reply.Ns, func(r dns.RR) bool { return r.Header().Rrtype == dns.TypeNS })
}

// canonical is a name in lower case without its dot at the end; the root is ".".
func canonical(name string) string {
	name = strings.ToLower(name)
	if name == "." {
		return name
	}
	return strings.TrimSuffix(name, ".")
}
