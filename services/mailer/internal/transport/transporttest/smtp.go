// Package transporttest has the other ends of the mailer's transports, for tests:
// an SMTP server and a Resend that work, and fail when told to.
package transporttest

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mail is what an SMTP server took.
type Mail struct {
	From string
	To   []string
	Raw  []byte
	TLS  bool
	User string // who signed in
}

// SMTP is an SMTP server. Set its fields before the first mail.
type SMTP struct {
	Addr string
	// Each answers its command, if set. Data's answer comes after the final dot.
	MailError, RcptError, DataError error
	// CutAfterDot takes the next n mails, and closes the connection unanswered.
	CutAfterDot int
	// User and Password are demanded when set.
	User, Password string

	mu    sync.Mutex
	mails []Mail
}

// Secured says how an SMTP server speaks TLS.
type Secured int

// The ways.
const (
	Plain    Secured = iota // never
	StartTLS                // on request
	Implicit                // from the first byte
)

// NewSMTP starts a server that ends with the test. certificate is needed unless
// secured is Plain.
func NewSMTP(t testing.TB, secured Secured, certificate *tls.Certificate) *SMTP {
	t.Helper()
	s := &SMTP{}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{sink: s, conn: c}, nil
	}))
	server.Domain = "sink.example"
	server.ReadTimeout, server.WriteTimeout = 10*time.Second, 10*time.Second
	server.MaxMessageBytes = 64 << 20
	server.AllowInsecureAuth = true
	server.ErrorLog = discard{}
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Addr = ln.Addr().String()
	if secured != Plain {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12}
	}
	if secured == Implicit {
		ln = tls.NewListener(ln, server.TLSConfig)
		server.TLSConfig = nil
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(ln) }() // ends with Close
	t.Cleanup(func() { _ = server.Close(); <-ended })
	return s
}

// Mails returns what was taken, mails without an answer included.
func (s *SMTP) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

type session struct {
	sink *SMTP
	conn *smtp.Conn
	mail Mail
}

func (*session) Reset()        {}
func (*session) Logout() error { return nil }

func (s *session) AuthMechanisms() []string {
	if s.sink.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.sink.User || password != s.sink.Password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "wrong password"}
		}
		s.mail.User = user
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	_, s.mail.TLS = s.conn.TLSConnectionState()
	s.mail.From, s.mail.To = from, nil
	return s.sink.MailError
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.To = append(s.mail.To, to)
	return s.sink.RcptError
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.sink.DataError != nil {
		return s.sink.DataError
	}
	s.mail.Raw = raw
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.sink.mails = append(s.sink.mails, s.mail)
	if s.sink.CutAfterDot > 0 {
		s.sink.CutAfterDot--
		_ = s.conn.Conn().Close() // the cut that was asked for
		return errors.New("cut")
	}
	return nil
}

type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}
