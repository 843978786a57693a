package guard

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
)

// maxBody bounds a page: as it is sent, and again after inflation. An endless
// stream of empty gzip blocks inflates to nothing, so one bound would not do.
const maxBody = 5 << 20

// Why a body was not read to its end, in words for the report. A body is never cut:
// a check must not take a part for the whole.
var (
	ErrBodyTooLong  = errors.New("the page is longer than 5 MiB")
	ErrBodySlow     = errors.New("the page did not arrive in time")
	ErrBodyBroken   = errors.New("the page broke off or was damaged on its way")
	ErrBodyEncoding = errors.New("the page came in an encoding that was not asked for")
	ErrBodyStream   = errors.New("the page is a stream of events, which has no end")
)

// readBody reads a body to its end, or until done (which may be nil) has enough, or as
// many bytes as are enough (0: all).
func readBody(resp *http.Response, done func([]byte) bool, enough int64) ([]byte, error) {
	if media, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";"); done == nil && strings.EqualFold(strings.TrimSpace(media), "text/event-stream") {
		return nil, ErrBodyStream
	}
	sent := &bounded{from: resp.Body, left: maxBody}
	var from io.Reader = sent
	switch encoding := strings.ToLower(strings.Join(resp.Header.Values("Content-Encoding"), ",")); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		if resp.Request.Method == http.MethodHead {
			break
		}
		inflate, err := gzip.NewReader(sent)
		if errors.Is(err, io.EOF) {
			return []byte{}, nil // an empty answer, whatever it calls itself
		}
		if err != nil {
			return nil, bodyError(err)
		}
		from = &bounded{from: inflate, left: maxBody}
	default:
		return nil, ErrBodyEncoding
	}
	if done != nil {
		from = &watched{from: from, done: done}
	}
	if enough > 0 {
		from = io.LimitReader(from, enough)
	}
	body, err := io.ReadAll(from)
	if err != nil {
		return nil, bodyError(err)
	}
	return body, nil
}

func bodyError(err error) error {
	switch {
	case errors.Is(err, ErrBodyTooLong):
		return ErrBodyTooLong
	case timedOut(err):
		return ErrBodySlow
	}
	return ErrBodyBroken
}

// bounded reads at most left bytes, and fails on one more.
type bounded struct {
	from io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrBodyTooLong
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.from.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, ErrBodyTooLong
	}
	return n, err
}

// watched ends once done has seen enough of what is read.
type watched struct {
	from io.Reader
	done func([]byte) bool
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.from.Read(p)
	if n > 0 && w.done(p[:n]) {
		return n, io.EOF
	}
	return n, err
}
