package auditapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/errs"
)

// Timeout is the longest an audit may take on the caller's side, whatever the
// engine does: connecting, waiting and reading together.
const Timeout = 120 * time.Second

// maxLine bounds one line of the stream; the last one holds report and PDF.
const maxLine = 64 << 20

// Client asks one audit-engine.
type Client struct {
	BaseURL string
	Token   config.Secret
	Timeout time.Duration // 0 means Timeout; tests shorten it
}

var transport = &http.Transport{
	DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
	MaxIdleConnsPerHost: 16,
	IdleConnTimeout:     60 * time.Second,
}

// Audit runs one audit and hands each progress event to onProgress (which may be
// nil). It returns the report and its PDF. Errors are *errs.Error: Unprocessable
// or Forbidden with the engine's code for a refusal, Unavailable when the engine
// is busy, down or too slow.
func (c Client) Audit(ctx context.Context, r Request, onProgress func(Event)) (*Report, []byte, error) {
	limit := c.Timeout
	if limit == 0 {
		limit = Timeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	body, err := json.Marshal(r)
	if err != nil {
		return nil, nil, fmt.Errorf("encode the audit request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.BaseURL+"/api/audit?format=pdf", bytes.NewReader(body))
	if err != nil {
		return nil, nil, fmt.Errorf("make the audit request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/x-ndjson")
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return nil, nil, c.unavailable(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusBadRequest {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10)) // an unreadable text is an empty one
		return nil, nil, errs.FromResponse(resp.StatusCode, resp.Header, text)
	}
	report, pdf, err := readStream(resp.Body, onProgress)
	if err != nil && errs.KindOf(err) == errs.Internal {
		return nil, nil, c.unavailable(ctx, err)
	}
	return report, pdf, err
}

// proofTimeout is a DNS question and two pages of a slow site.
const proofTimeout = 60 * time.Second

// Prove asks whether the token is on the target. Errors are as for Audit.
func (c Client) Prove(ctx context.Context, r ProofRequest) (Proof, error) {
	ctx, cancel := context.WithTimeout(ctx, proofTimeout)
	defer cancel()
	body, err := json.Marshal(r)
	if err != nil {
		return Proof{}, fmt.Errorf("encode the question for the proof: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.BaseURL+"/api/ownership", bytes.NewReader(body))
	if err != nil {
		return Proof{}, fmt.Errorf("make the question for the proof: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return Proof{}, c.unavailable(ctx, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return Proof{}, c.unavailable(ctx, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return Proof{}, errs.FromResponse(resp.StatusCode, resp.Header, text)
	}
	var p Proof
	if err := json.Unmarshal(text, &p); err != nil {
		return Proof{}, errs.Wrap(errs.Unavailable, err, "The audit-engine's answer is not JSON.")
	}
	return p, nil
}

func (c Client) unavailable(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &errs.Error{Kind: errs.Unavailable, Code: CodeTimeout, Message: "The audit-engine did not finish in time.", Err: err}
	}
	return errs.Wrap(errs.Unavailable, err, "The audit-engine does not answer.")
}

func readStream(body io.Reader, onProgress func(Event)) (*Report, []byte, error) {
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for lines.Scan() {
		var event Event
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			return nil, nil, fmt.Errorf("read a line of the audit stream: %w", err)
		}
		switch event.Event {
		case EventResult:
			if event.Report == nil || len(event.PDF) == 0 {
				return nil, nil, errors.New("the audit stream's result lacks the report or the PDF")
			}
			return event.Report, event.PDF, nil
		case EventError:
			kind := errs.Unavailable
			if event.Code == CodeOwnershipUnproven {
				kind = errs.Forbidden
			} else if event.Permanent {
				kind = errs.Unprocessable
			}
			return nil, nil, &errs.Error{Kind: kind, Code: event.Code, Message: event.Message}
		default:
			if onProgress != nil {
				onProgress(event)
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("read the audit stream: %w", err)
	}
	return nil, nil, errors.New("the audit stream ended without a result")
}
