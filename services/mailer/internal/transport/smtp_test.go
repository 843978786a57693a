package transport

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"doorstep.example/services/mailer/internal/transport/transporttest"
)

func newSMTP(t *testing.T, url string) *SMTP {
	t.Helper()
	s, err := NewSMTP(url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSMTPSend(t *testing.T) {
	t.Parallel()
	certificate, pool := transporttest.Certificate(t)
	for name, test := range map[string]struct {
		secured transporttest.Secured
		scheme  string
		host    string // dialled at the sink's address
		user    string
	}{
		"loopback without TLS":      {transporttest.Plain, "smtp", "", ""},
		"loopback with a password":  {transporttest.Plain, "smtp", "", "ada"},
		"STARTTLS":                  {transporttest.StartTLS, "smtp", "mail.example", ""},
		"STARTTLS with a password":  {transporttest.StartTLS, "smtp", "mail.example", "ada"},
		"TLS at once":               {transporttest.Implicit, "smtps", "", ""},
		"TLS at once and password":  {transporttest.Implicit, "smtps", "", "ada"},
		"TLS at once, another host": {transporttest.Implicit, "smtps", "mail.example", "ada"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := transporttest.NewSMTP(t, test.secured, certificate)
			address, credentials := sink.Addr, ""
			if test.host != "" {
				address = test.host
			}
			if test.user != "" {
				sink.User, sink.Password = test.user, "p@ss:word/"
				credentials = "ada:p%40ss%3Aword%2F@"
			}
			s := newSMTP(t, test.scheme+"://"+credentials+address)
			s.tls.RootCAs = pool
			s.dial = dialTo(sink.Addr)
			m := message()
			got, err := s.Send(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			if got.ProviderID != m.MessageID() {
				t.Errorf("Send = %+v", got)
			}
			mails := sink.Mails()
			if len(mails) != 1 || mails[0].From != "orders@shop.example" || len(mails[0].To) != 1 || mails[0].To[0] != m.To || mails[0].User != test.user {
				t.Fatalf("taken: %+v", mails)
			}
			checkMail(t, m, mails[0].Raw)
			if test.secured == transporttest.StartTLS && !mails[0].TLS {
				t.Error("sent without TLS")
			}
		})
	}
}

func dialTo(addr string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}
}

func TestSMTPDemandsTLS(t *testing.T) {
	t.Parallel()
	certificate, _ := transporttest.Certificate(t)
	for name, secured := range map[string]transporttest.Secured{"no STARTTLS": transporttest.Plain, "a stranger's certificate": transporttest.StartTLS} {
		sink := transporttest.NewSMTP(t, secured, certificate)
		sink.User, sink.Password = "ada", "secret"
		s := newSMTP(t, "smtp://ada:secret@mail.example:2525")
		s.dial = dialTo(sink.Addr)
		_, err := s.Send(t.Context(), message())
		if classOf(t, err) != Retry || len(sink.Mails()) != 0 {
			t.Errorf("%s: %v, %d mails", name, err, len(sink.Mails()))
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the password is in the error: %v", err)
		}
	}
}

func TestSMTPRefusals(t *testing.T) {
	t.Parallel()
	status := func(code int) error { return &smtp.SMTPError{Code: code, Message: "because of <ada@example.com>"} }
	for name, test := range map[string]struct {
		sink func(*transporttest.SMTP)
		want Class
	}{
		"no such mailbox":       {func(s *transporttest.SMTP) { s.RcptError = status(550) }, Permanent},
		"greylisted":            {func(s *transporttest.SMTP) { s.RcptError = status(451) }, Retry},
		"sign in first":         {func(s *transporttest.SMTP) { s.RcptError = status(530) }, Retry},
		"our sender is refused": {func(s *transporttest.SMTP) { s.MailError = status(550) }, Retry},
		"content refused":       {func(s *transporttest.SMTP) { s.DataError = status(554) }, Permanent},
		"full for now":          {func(s *transporttest.SMTP) { s.DataError = status(452) }, Retry},
		"cut after the dot":     {func(s *transporttest.SMTP) { s.CutAfterDot = 1 }, Unsure},
		"wrong password":        {func(s *transporttest.SMTP) { s.User, s.Password = "ada", "other" }, Retry},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := transporttest.NewSMTP(t, transporttest.Plain, nil)
			test.sink(sink)
			url := "smtp://" + sink.Addr
			if sink.User != "" {
				url = "smtp://ada:secret@" + sink.Addr
			}
			if _, err := newSMTP(t, url).Send(t.Context(), message()); classOf(t, err) != test.want {
				t.Errorf("%v, want class %d", err, test.want)
			}
		})
	}
}

func TestSMTPIsDown(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := newSMTP(t, "smtp://"+addr).Send(t.Context(), message()); classOf(t, err) != Retry {
		t.Errorf("down: %v", err)
	}
}

// TestSMTPSilence is a server that takes the connection and says nothing: the
// context ends it.
func TestSMTPSilence(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err = newSMTP(t, "smtp://"+ln.Addr().String()).Send(ctx, message())
	if classOf(t, err) != Retry || time.Since(began) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

func TestNewSMTPRefuses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "mail.example:25", "http://mail.example", "smtp://", "smtp://u:hunter2@:25", "smtp://u:hunter2@host:99999", "smtp://u:hunter2@ho st"} {
		_, err := NewSMTP(url)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("NewSMTP(%q) = %v", url, err)
		}
	}
	for url, want := range map[string]string{"smtp://mail.example": "587", "smtps://mail.example": "465", "smtp://[::1]:2525": "2525"} {
		if s, err := NewSMTP(url); err != nil || s.port != want || s.plain != strings.Contains(url, "::1") {
			t.Errorf("NewSMTP(%q) = %+v, %v", url, s, err)
		}
	}
}

func TestSMTPRepeatsOnce(t *testing.T) {
	t.Parallel()
	s := &SMTP{}
	if !s.MayRepeat(1, t0, t0.Add(1000*time.Hour)) || s.MayRepeat(2, t0, t0) {
		t.Error("a mail of unknown fate goes out twice over SMTP, not less, not more")
	}
}
