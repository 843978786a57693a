package guard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
)

// explain turns an error of the network into a refusal with code unreachable, in
// words that tell the customer where to look. Refusals pass as they are.
func explain(target Target, err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e
	}
	what, advice := "could not be reached", "Please check that the site opens in a browser from another network."
	switch handshake, ok := errors.AsType[*handshakeError](err); {
	case errors.Is(err, syscall.ECONNREFUSED):
		what = "refused the connection"
		advice = "Please check the address, and that a firewall does not keep visitors out."
	case timedOut(err):
		what = "did not answer in time"
		advice = "Please check that the site is up and that a firewall does not keep visitors out."
	case wantsCertificate(err):
		what = "lets only visitors in who show a certificate of their own"
		advice = "Please let the audit in without one, or give an address that everybody may open."
	case ok:
		what = "did not agree on an encrypted connection (" + tlsReason(handshake.err) + ")"
		advice = "Please check the TLS settings of the site, or give its http:// address if it has no https."
	case HungUp(err):
		what = "closed the connection before it answered"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		what = "has an address that cannot be reached from here"
	case errors.Is(err, errNotHTTP):
		what = "answered, but not as a web server does"
		advice = "Please check the address and its port."
	case errors.Is(err, errHeaderTooLong):
		what = fmt.Sprintf("answered with a header longer than %d KiB", maxHeader>>10)
		advice = "Please check what the server sends; browsers refuse such answers too."
	}
	return &errs.Error{
		Kind: errs.Unprocessable, Code: auditapi.CodeUnreachable, Err: err,
		Message: fmt.Sprintf("%s %s. %s", target.hostPort(), what, advice),
	}
}

// HungUp reports that the other side closed a connection in the middle.
func HungUp(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.EPIPE)
}

func timedOut(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	netErr, ok := errors.AsType[net.Error](err)
	return ok && netErr.Timeout()
}

// tlsReason is Go's own short text of a TLS failure. It is cut because a part may
// come from the server.
func tlsReason(err error) string {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return "it hung up"
	case strings.Contains(err.Error(), "first record does not look like a TLS handshake"):
		return "it does not speak TLS"
	}
	if alert, ok := strings.CutPrefix(err.Error(), "remote error: tls: "); ok {
		return "it says: " + shorten(alert)
	}
	return shorten(strings.TrimPrefix(err.Error(), "tls: "))
}

// shortURL is scheme, host and path of u, shortened: queries may hold secrets.
func shortURL(u *url.URL) string { return shorten(u.Scheme + "://" + u.Host + u.EscapedPath()) }

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
