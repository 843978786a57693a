package tlsprobe

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

// Active is a probe that sends a host what no honest client sends, to see whether it has
// one fault. It is harmless: it asks for no more than shows the fault, keeps nothing of
// what the host gives away, and believes nothing that it has seen only once. known is
// what Probe has found of the host. The error is ErrUnsteady, or another where the host
// could not be taken as far as the question.
type Active func(ctx context.Context, c Config, known *Result) (Proof, error)

// Proof is what shows that a host has a fault. The zero value: it has not.
type Proof struct {
	Seen []string // in words, a line each
	// Weak tells that whoever uses the fault has a long way to go.
	Weak bool
}

// ErrUnsteady is a host that answers the same question differently from time to time.
var ErrUnsteady = errors.New("the server answers differently from time to time")

// oldVersions are those from TLS 1.0 to 1.2 that are offered, with suites; the highest
// comes last.
func oldVersions(known *Result) []Version {
	var list []Version
	for _, v := range known.Versions {
		if v.Offered == Yes && v.ID >= TLS10 && v.ID <= TLS12 && len(v.Suites) > 0 {
			list = append(list, v)
		}
	}
	return list
}

// afterFlight opens a connection with hello, and lets use go on in plain text where the
// server has said all of its part and waits for the client's.
func (p *prober) afterFlight(ctx context.Context, hello wire.ClientHello, use func(net.Conn, *wire.Reader, *wire.Flight) error) error {
	return p.connect(ctx, func(conn net.Conn) error {
		if _, err := conn.Write(hello.Record()); err != nil {
			return err
		}
		r := wire.NewReader(conn)
		flight, err := wire.ReadFlight(r)
		if err != nil {
			return err
		}
		if o := judge(hello, flight, nil); o.verdict != accepted {
			return errors.New(o.reason)
		}
		return use(conn, r, flight)
	})
}

// reaction is what a server does with a message, in words.
type reaction string

const (
	silence reaction = "no answer"
	closed  reaction = "connection closed"
	reset   reaction = "connection reset"
)

// maxReactions is how many records of a reaction are looked at.
const maxReactions = 4

// react reads what a server does: the records that come, and how it goes on. Whether a
// connection is closed or reset behind a record is left out, since that depends on what
// the server had read by then.
func react(r *wire.Reader) reaction {
	var seen []string
	for len(seen) < maxReactions {
		record, err := r.Describe()
		if err == nil {
			seen = append(seen, record)
			continue
		}
		end := ending(err)
		switch {
		case len(seen) == 0:
			return end
		case end != silence:
			seen = append(seen, string(closed))
		}
		break
	}
	return reaction(strings.Join(seen, ", "))
}

func ending(err error) reaction {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return silence
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return closed
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return reset
	}
	return reaction(err.Error())
}
