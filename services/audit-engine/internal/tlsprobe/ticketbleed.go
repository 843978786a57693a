package tlsprobe

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"net"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

// The id of a session is up to 32 bytes. Faulty hosts fill a shorter one up.
const sessionID = 16

// resumptions is how often Ticketbleed resumes its session: memory that differs from
// time to time is no filling.
const resumptions = 3

var (
	errNotResumed = errors.New("the server does not resume its sessions")
	errFilling    = errors.New("the server fills the id of a session up with what is always the same")
)

// Ticketbleed is the Active probe for hosts that resume a session under an id that is
// longer than the one they were sent, filled up from their memory (CVE-2016-9244). It
// makes one whole handshake for a ticket. TLS 1.3 never had the fault.
func Ticketbleed(ctx context.Context, c Config, known *Result) (Proof, error) {
	if known.Features.SessionTickets == No || len(oldVersions(known)) == 0 {
		return Proof{}, nil
	}
	p := newProber(c.withDefaults())
	hello, err := p.ticket(ctx)
	if err != nil || hello.Ticket == nil {
		return Proof{}, err
	}
	var given [resumptions][]byte
	for i := range given {
		if given[i], err = p.resume(ctx, hello); err != nil || len(given[i]) == 0 {
			return Proof{}, err
		}
	}
	if bytes.Equal(given[0], given[1]) && bytes.Equal(given[1], given[2]) {
		return Proof{}, errFilling
	}
	return Proof{Seen: []string{
		"A session was resumed under an id of 16 bytes. The server gave it back with bytes behind it that were never sent, three times, and not always the same.",
		"They were not kept. CVE-2016-9244.",
	}}, nil
}

// ticket returns a hello that resumes a session, without a Ticket if the host gives none.
func (p *prober) ticket(ctx context.Context) (hello wire.ClientHello, err error) {
	var cache ticketCache
	config := &tls.Config{
		ServerName: p.ServerName, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12,
		CipherSuites: clientSuites(), ClientSessionCache: &cache,
		InsecureSkipVerify: true, //nolint:gosec // what a host does is looked at, not trusted
	}
	err = p.connect(ctx, func(conn net.Conn) error {
		client := tls.Client(conn, config)
		if err := client.HandshakeContext(ctx); err != nil || cache.session == nil {
			return err
		}
		ticket, _, err := cache.session.ResumptionState()
		state := client.ConnectionState()
		hello = p.hello(state.Version, []uint16{state.CipherSuite}, true)
		// The same as in the first hello, else the session is not resumed (RFC 7627 5.3).
		hello.ExtendedMasterSecret, hello.SessionTicket, hello.Ticket = true, true, ticket
		return err
	})
	return hello, err
}

// resume returns what the host adds to the id of a session that it resumes.
func (p *prober) resume(ctx context.Context, hello wire.ClientHello) (added []byte, err error) {
	hello.Session = make([]byte, sessionID)
	_, _ = rand.Read(hello.Session) // never fails, see its documentation
	err = p.connect(ctx, func(conn net.Conn) error {
		if _, err := conn.Write(hello.Record()); err != nil {
			return err
		}
		answer, err := wire.ReadServerHello(wire.NewReader(conn))
		if err != nil {
			return err
		}
		var resumed bool
		if added, resumed = bytes.CutPrefix(answer.Session, hello.Session); !resumed {
			added = nil
			return errNotResumed
		}
		return nil
	})
	return added, err
}

// clientSuites are all that Go can speak.
func clientSuites() []uint16 {
	var list []uint16
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		list = append(list, s.ID)
	}
	return list
}

// ticketCache keeps the last session and gives none to resume.
type ticketCache struct{ session *tls.ClientSessionState }

func (c *ticketCache) Get(string) (*tls.ClientSessionState, bool)    { return nil, false }
func (c *ticketCache) Put(_ string, session *tls.ClientSessionState) { c.session = session }
