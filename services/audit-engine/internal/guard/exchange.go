package guard

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Limits of an answer's header.
const (
	maxHeader        = 64 << 10 // with the informational answers before it
	maxInformational = 5        // answers 1xx before the real one
)

// errHeaderTooLong is told to the customer by explain.
var errHeaderTooLong = errors.New("the header is too long")

// errNotHTTP marks an answer that is none.
var errNotHTTP = errors.New("not an HTTP answer")

// exchange sends req and reads the header of the answer, which must be there within
// limit. The body is still to be read from the connection.
func exchange(ctx context.Context, conn net.Conn, req *http.Request, limit time.Duration) (*http.Response, error) {
	end, _ := ctx.Deadline() // every fetch has one
	if err := conn.SetDeadline(earlier(end, time.Now().Add(limit))); err != nil {
		return nil, fmt.Errorf("bound the exchange: %w", err)
	}
	if err := req.Write(conn); err != nil {
		return nil, fmt.Errorf("send the request: %w", err)
	}
	from := &headerReader{from: conn, left: maxHeader}
	buffered := bufio.NewReader(from)
	for range maxInformational + 1 {
		resp, err := http.ReadResponse(buffered, req)
		if err != nil {
			return nil, readError(err)
		}
		if resp.StatusCode >= http.StatusOK || resp.StatusCode == http.StatusSwitchingProtocols {
			from.done = true
			if err := conn.SetDeadline(end); err != nil {
				return nil, fmt.Errorf("bound the body: %w", err)
			}
			return resp, ctx.Err() // the deadline just set must not outlive a caller who is gone
		}
	}
	return nil, errHeaderTooLong
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// readError tells an answer that makes no sense from a connection that failed.
func readError(err error) error {
	_, network := errors.AsType[net.Error](err)
	if network || errors.Is(err, errHeaderTooLong) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("read the header: %w", err)
	}
	return fmt.Errorf("read the header: %w: %.120q", errNotHTTP, err.Error()) // it repeats what the host said
}

// headerReader fails once more than left bytes were read before the header is done.
type headerReader struct {
	from io.Reader
	left int
	done bool
}

func (h *headerReader) Read(p []byte) (int, error) {
	if h.done {
		return h.from.Read(p)
	}
	if h.left <= 0 {
		return 0, errHeaderTooLong
	}
	n, err := h.from.Read(p[:min(len(p), h.left)])
	h.left -= n
	return n, err
}
