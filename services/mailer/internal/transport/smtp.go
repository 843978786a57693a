package transport

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/textproto"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// smtpTimeout bounds a whole session. It stays below the drain of a stopping
// program, so that a session ends with an answer and not with the process.
const smtpTimeout = 18 * time.Second

// maxUnsure is how often a mail may go out over SMTP without a known outcome.
// SMTP has no idempotency key: a server that took the mail and lost the line
// looks the same as one that did not take it. One more try rather loses nothing
// than repeats nothing; the Message-ID is the same, so many inboxes show one.
const maxUnsure = 2

// SMTP hands mails to a server.
type SMTP struct {
	host, port, user, password string
	implicit                   bool // TLS from the first byte
	plain                      bool // no TLS; only on loopback
	tls                        *tls.Config
	dial                       func(ctx context.Context, network, addr string) (net.Conn, error)
}

// NewSMTP reads rawURL, `smtp://user:password@host:port` (STARTTLS) or `smtps://…`
// (TLS at once). Without TLS only a server on this machine is spoken to. Its
// errors never repeat the URL, which holds a password.
func NewSMTP(rawURL string) (*SMTP, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("cannot be read as smtp://user:password@host:port; special characters in the password are written as %XX")
	}
	if u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("must begin with smtp:// or smtps://")
	}
	if u.Hostname() == "" {
		return nil, errors.New("names no host")
	}
	s := &SMTP{host: u.Hostname(), user: u.User.Username(), implicit: u.Scheme == "smtps", dial: (&net.Dialer{}).DialContext}
	s.password, _ = u.User.Password()
	s.port = cmp.Or(u.Port(), map[bool]string{true: "465", false: "587"}[s.implicit])
	if n, err := strconv.Atoi(s.port); err != nil || n < 1 || n > 65535 {
		return nil, errors.New("has a port that is not between 1 and 65535")
	}
	s.plain = !s.implicit && loopback(s.host)
	s.tls = &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}
	return s, nil
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && addr.IsLoopback())
}

// Name implements Transport.
func (*SMTP) Name() string { return "smtp" }

// MayRepeat implements Transport.
func (*SMTP) MayRepeat(unsure int, _, _ time.Time) bool { return unsure < maxUnsure }

// Ready implements Transport. A server that is down for a while is not our
// readiness; requests say so one by one.
func (*SMTP) Ready() error { return nil }

// Send implements Transport.
func (s *SMTP) Send(ctx context.Context, m *Message) (Accepted, error) {
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return Accepted{}, &Error{Class: Permanent, Message: "The sender's address cannot be read.", Err: err}
	}
	raw, err := m.MIME()
	if err != nil {
		return Accepted{}, &Error{Class: Permanent, Message: "The mail cannot be put together.", Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, smtpTimeout)
	defer cancel()
	client, hangUp, err := s.connect(ctx)
	defer hangUp()
	if err != nil {
		return Accepted{}, &Error{Class: Retry, Message: "The SMTP server cannot be used: " + s.quote(err, m.To), Err: err}
	}
	answer, err := s.transact(client, from.Address, m.To, raw)
	if err != nil {
		return Accepted{}, err
	}
	_ = client.Quit() // the mail is theirs now, however they take leave
	return Accepted{ProviderID: m.MessageID(), Detail: Quote(answer, m.To)}, nil
}

// connect opens a session up to and including AUTH. The returned function closes
// the connection, also after an error: the library leaves it open then.
func (s *SMTP) connect(ctx context.Context) (*smtp.Client, func(), error) {
	var conn net.Conn
	stop := func() bool { return true }
	hangUp := func() {
		stop()
		if conn != nil {
			_ = conn.Close() // the session is over or broken
		}
	}
	port, _ := strconv.Atoi(s.port) // checked by NewSMTP
	options := []gomail.Option{
		gomail.WithPort(port), gomail.WithTimeout(smtpTimeout), gomail.WithTLSConfig(s.tls), gomail.WithTLSPolicy(s.policy()),
		gomail.WithDialContextFunc(func(dialCtx context.Context, network, addr string) (net.Conn, error) {
			var err error
			if conn, err = s.dial(dialCtx, network, addr); err != nil {
				return nil, err
			}
			// The library knows a deadline but no context: what ends ours ends the line.
			stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
			if !s.implicit {
				return conn, nil
			}
			secured := tls.Client(conn, s.tls)
			return secured, secured.HandshakeContext(dialCtx)
		}),
	}
	if s.user != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if s.plain {
			auth = gomail.SMTPAuthPlainNoEnc
		}
		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.user), gomail.WithPassword(s.password))
	}
	library, err := gomail.NewClient(s.host, options...)
	if err != nil {
		return nil, hangUp, fmt.Errorf("set up the session: %w", err)
	}
	client, err := library.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return nil, hangUp, err
	}
	client.SkipSMTPUTF8(true) // our addresses are ASCII
	return client, hangUp, nil
}

func (s *SMTP) policy() gomail.TLSPolicy {
	switch {
	case s.plain:
		return gomail.NoTLS
	case s.implicit:
		return gomail.TLSOpportunistic // it is TLS already; this makes the library notice
	default:
		return gomail.TLSMandatory
	}
}

// transact hands over one mail. Up to the final dot nothing was taken; after it,
// only a status tells.
func (s *SMTP) transact(client *smtp.Client, from, to string, raw []byte) (string, error) {
	if err := client.Mail("<" + from + ">"); err != nil {
		// A refused sender is a setting of ours, and heals: the mail is fine.
		return "", &Error{Class: Retry, Message: "The SMTP server refuses the sender MAIL_FROM: " + s.quote(err, to), Err: err}
	}
	if err := client.Rcpt("<" + to + ">"); err != nil {
		return "", s.refusal(err, to, Retry)
	}
	body, err := client.Data()
	if err != nil {
		return "", s.refusal(err, to, Retry)
	}
	if _, err := body.Write(raw); err != nil {
		return "", s.refusal(err, to, Retry)
	}
	if err := body.Close(); err != nil {
		return "", s.refusal(err, to, Unsure)
	}
	if closer, ok := body.(*smtp.DataCloser); ok {
		return closer.ServerResponse(), nil
	}
	return "", nil
}

// refusal classifies err by its status; without one (the line broke) it is of
// class broken.
func (s *SMTP) refusal(err error, to string, broken Class) *Error {
	e := &Error{Class: broken, Message: "The SMTP server broke off: " + s.quote(err, to), Err: err}
	status, ok := errors.AsType[*textproto.Error](err)
	if !ok {
		return e
	}
	e.Message = "The SMTP server refuses the mail: " + s.quote(err, to)
	switch {
	case status.Code == 530 || status.Code == 535: // it wants a sign-in: a setting of ours
		e.Class = Retry
	case status.Code >= 500:
		e.Class = Permanent
	case status.Code >= 400:
		e.Class = Retry
	}
	return e
}

func (*SMTP) quote(err error, to string) string { return Quote(err.Error(), to) }
