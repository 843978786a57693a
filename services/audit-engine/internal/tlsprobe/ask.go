package tlsprobe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"syscall"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

// verdict is what one hello has shown.
type verdict uint8

const (
	unclear      verdict = iota
	accepted             // the server chose one of the suites
	refused              // it clearly wants none of them
	otherVersion         // it clearly does not want the version
)

// outcome is a verdict with its evidence.
type outcome struct {
	verdict verdict
	flight  *wire.Flight // never nil
	reason  string       // of any verdict but accepted
	alert   wire.Alert   // 0 without one
	silent  bool         // the server said nothing in time
}

// hello makes a ClientHello of version that offers suites. A lean one has only the
// extensions without which servers refuse.
func (p *prober) hello(version uint16, suites []uint16, lean bool) wire.ClientHello {
	h := wire.ClientHello{Version: version, ServerName: p.ServerName, Suites: suites}
	if version == TLS13 {
		h.Groups, h.KeyShares, h.Signatures = groups13(), p.shares, signatures
		if lean {
			h.Groups = h.Groups[:4]
		}
		return h
	}
	h.Suites = append(slices.Clone(suites), wire.RenegotiationSCSV)
	h.Groups = curves()
	if version == TLS12 {
		h.Signatures = signatures
	}
	if lean {
		return h
	}
	h.ALPN = protocols
	h.Deflate, h.ExtendedMasterSecret, h.EncryptThenMAC, h.SessionTicket, h.Status, h.Timestamps = true, true, true, true, true, true
	return h
}

// protocols are offered by ALPN (RFC 7301, RFC 9113).
var protocols = []string{"h2", "http/1.1"}

// The signature algorithms to offer: every one that certificates of RSA or ECDSA (and
// for completeness DSA and EdDSA) are used with, down to MD5.
var (
	signaturesECDSA = []uint16{0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0303, 0x0203, 0x081a, 0x081b, 0x081c}
	signaturesRSA   = []uint16{0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601, 0x0301, 0x0201, 0x0101}
	signaturesDSA   = []uint16{0x0402, 0x0502, 0x0602, 0x0302, 0x0202}
	signatures      = slices.Concat(signaturesECDSA, signaturesRSA, signaturesDSA)
)

// ask sends one hello on a connection of its own.
func (p *prober) ask(ctx context.Context, hello wire.ClientHello) outcome {
	flight := &wire.Flight{}
	err := p.connect(ctx, func(conn net.Conn) error {
		if _, err := conn.Write(hello.Record()); err != nil {
			return err
		}
		var err error
		flight, err = wire.ReadFlight(wire.NewReader(conn))
		return err
	})
	o := judge(hello, flight, err)
	if o.verdict == accepted {
		p.learn(hello, flight)
	}
	return o
}

// judge reads an answer. A ServerHello counts even if the flight broke off behind it.
func judge(hello wire.ClientHello, flight *wire.Flight, err error) outcome {
	o := outcome{flight: flight}
	if chosen := flight.Hello; chosen != nil {
		switch {
		case chosen.Version < hello.Version:
			o.verdict, o.reason = otherVersion, "the server chose "+VersionName(chosen.Version)
		case chosen.Version > hello.Version:
			o.reason = "the server chose " + VersionName(chosen.Version) + ", which was not offered"
		case !slices.Contains(hello.Suites, chosen.Suite):
			o.reason = fmt.Sprintf("the server chose the suite %#04x, which was not offered", chosen.Suite)
		default:
			o.verdict = accepted
		}
		return o
	}
	o.reason, o.silent = explain(err), errors.Is(err, os.ErrDeadlineExceeded)
	if alert, isAlert := errors.AsType[wire.Alert](err); isAlert {
		o.alert = alert
		switch alert {
		case wire.AlertProtocolVersion:
			o.verdict = otherVersion
		case wire.AlertHandshakeFailure, wire.AlertInsufficientSecurity:
			o.verdict = refused
		case wire.AlertInternalError:
			// What OpenSSL 3 says to versions that its security level rules out. It is
			// believed when a lean hello gets it too.
			if hello.Version < TLS12 && !hello.ExtendedMasterSecret {
				o.verdict = otherVersion
			}
		}
	}
	return o
}

// explain says in words why there was no ServerHello.
func explain(err error) string {
	switch {
	case err == nil:
		return "the server sent nothing"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, os.ErrDeadlineExceeded):
		return "there was no time left"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "no answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the server closed the connection"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the server reset the connection"
	}
	return err.Error()
}
