package tlsprobe

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

// ssl2 sends an SSL 2.0 hello. Servers that do not know SSL 2.0 cannot read it: they send
// an alert, or something else, or just close, and each of these is a No. (conclude takes
// it back when the server speaks no TLS at all.)
func (p *prober) ssl2(ctx context.Context) Version {
	v := Version{ID: SSL20, ServerOrder: NotApplicable}
	hello, err := p.askSSL2(ctx)
	if err == nil {
		v.Offered, v.Complete = Yes, true
		for _, kind := range hello.Ciphers {
			if name, known := wire.SSL2Kinds[kind]; known {
				v.SSL2Ciphers = append(v.SSL2Ciphers, name)
			}
		}
		return v
	}
	v.Reason = explain(err)
	if _, isAlert := errors.AsType[wire.Alert](err); isAlert || notUnderstood(err) {
		v.Offered, v.Complete = No, true
	}
	return v
}

func (p *prober) askSSL2(ctx context.Context) (hello *wire.SSL2Hello, err error) {
	err = p.connect(ctx, func(conn net.Conn) error {
		if _, err := conn.Write(wire.SSL2ClientHello()); err != nil {
			return err
		}
		hello, err = wire.ReadSSL2(conn)
		return err
	})
	return hello, err
}

func notUnderstood(err error) bool {
	for _, answer := range []error{
		io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE, wire.ErrNotTLS, wire.ErrMalformed,
	} {
		if errors.Is(err, answer) {
			return true
		}
	}
	return false
}
