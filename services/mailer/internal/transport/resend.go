package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/resend/resend-go/v2"

	"doorstep.example/pkg/config"
)

// resendTimeout bounds one request, upload included; see smtpTimeout.
const resendTimeout = 18 * time.Second

// resendKeyLife is how long a repeat is surely recognised: Resend forgets
// idempotency keys after 24 h, and clocks differ.
const resendKeyLife = 23 * time.Hour

// maxResendAnswer bounds what is read of an answer.
const maxResendAnswer = 1 << 20

// Resend hands mails to Resend's API.
type Resend struct{ client *resend.Client }

// NewResend returns the transport for the account of key at base. The base is set
// on the client itself: the library's own default can be moved by an environment
// variable, and the key would go wherever that points.
func NewResend(key config.Secret, base config.URL) *Resend {
	client := resend.NewCustomClient(&http.Client{
		Timeout: resendTimeout,
		Transport: classify{&http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: resendTimeout,
			MaxIdleConnsPerHost:   8,
			IdleConnTimeout:       30 * time.Second,
		}},
		// The key must not follow a redirect.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, key.Reveal())
	address := base.URL
	address.Path = strings.TrimRight(address.Path, "/") + "/" // without the slash, the last segment would be replaced
	client.BaseURL = &address
	return &Resend{client}
}

// Name implements Transport.
func (*Resend) Name() string { return "resend" }

// MayRepeat implements Transport.
func (*Resend) MayRepeat(_ int, since, now time.Time) bool { return now.Sub(since) < resendKeyLife }

// Ready implements Transport.
func (*Resend) Ready() error { return nil }

// resendMail is the request. The library's own type sends attachments as arrays
// of numbers, more than three bytes for one.
type resendMail struct {
	From        string             `json:"from"`
	To          []string           `json:"to"`
	ReplyTo     string             `json:"reply_to,omitempty"`
	Subject     string             `json:"subject"`
	HTML        string             `json:"html"`
	Text        string             `json:"text"`
	Headers     map[string]string  `json:"headers"`
	Tags        []resend.Tag       `json:"tags"`
	Attachments []resendAttachment `json:"attachments,omitempty"`
}

type resendAttachment struct {
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Content     []byte `json:"content"` // base64
}

// TagMessage is the tag with our id of the message. It comes back in reports, so
// that one finds its message even if we never heard Resend's answer.
const TagMessage = "message"

// Send implements Transport.
func (r *Resend) Send(ctx context.Context, m *Message) (Accepted, error) {
	payload, err := json.Marshal(payloadOf(m))
	if err != nil {
		return Accepted{}, &Error{Class: Permanent, Message: "The mail cannot be put together.", Err: err}
	}
	var left atomic.Bool // whether the request left us
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { left.Store(true) }})
	req, err := r.client.NewRequestWithOptions(ctx, http.MethodPost, "emails", nil, &resend.SendEmailOptions{IdempotencyKey: m.Key})
	if err != nil {
		return Accepted{}, &Error{Class: Retry, Message: "The request to Resend cannot be made.", Err: err}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(payload)), int64(len(payload))
	// With the key and GetBody set, net/http itself repeats a request whose kept
	// connection turns out to be dead.
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(payload)), nil }

	var answer resend.SendEmailResponse
	_, err = r.client.Perform(req, &answer) //nolint:bodyclose // Perform closes it
	if err == nil {
		return Accepted{ProviderID: answer.Id, Detail: "taken by Resend"}, nil
	}
	if refused, ok := errors.AsType[*Error](err); ok {
		refused.Message = Quote(refused.Message, m.To)
		return Accepted{}, refused
	}
	if !left.Load() {
		return Accepted{}, &Error{Class: Retry, Message: "Resend cannot be reached.", Err: withoutURL(err)}
	}
	return Accepted{}, &Error{Class: Unsure, Message: "Resend's answer was not heard.", Err: withoutURL(err)}
}

func payloadOf(m *Message) resendMail {
	mail := resendMail{
		From: m.From, To: []string{m.To}, ReplyTo: m.ReplyTo, Subject: m.Subject, HTML: m.HTML, Text: m.Text,
		Headers: m.headers(),
		Tags:    []resend.Tag{{Name: "template", Value: m.Template}, {Name: TagMessage, Value: m.ID}},
	}
	if m.OrderID != "" {
		mail.Tags = append(mail.Tags, resend.Tag{Name: "order_id", Value: m.OrderID})
	}
	for _, a := range m.Attachments {
		mail.Attachments = append(mail.Attachments, resendAttachment{a.Filename, a.ContentType, a.Content})
	}
	return mail
}

// withoutURL drops the address that net/http puts in front of an error.
func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

// classify turns a refusal into an *Error where its status, headers and name are
// still known: the library's errors keep none of them. (Strictly, a RoundTripper
// should not judge answers; this one serves a single client.)
type classify struct{ next http.RoundTripper }

func (c classify) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxResendAnswer), resp.Body}
		return resp, nil
	}
	defer resp.Body.Close()
	var body struct {
		Name    string `json:"name"`
		Message string `json:"message"`
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxResendAnswer))
	if err != nil || json.Unmarshal(raw, &body) != nil || body.Message == "" {
		body.Message = http.StatusText(resp.StatusCode)
	}
	class, hint := judge(resp.StatusCode, body.Name)
	return nil, &Error{
		Class:      class,
		Message:    fmt.Sprintf("%s (Resend: %d %s %s)", hint, resp.StatusCode, body.Name, body.Message),
		RetryAfter: retryAfter(resp.Header),
	}
}

// judge says what a refusal of Resend means. What the operator can put right is
// Retry: the mail itself is fine, and goes out once the setting is.
func judge(status int, name string) (Class, string) {
	switch {
	case name == "invalid_from_address" || name == "invalid_api_key" || name == "restricted_api_key":
		return Retry, "Resend refuses our account or sender; check RESEND_API_KEY and MAIL_FROM."
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity || status == http.StatusRequestEntityTooLarge:
		return Permanent, "Resend refuses the mail."
	case status == http.StatusConflict && name == "concurrent_idempotent_requests":
		return Unsure, "Resend is still working on the same mail."
	case status == http.StatusConflict:
		return Unsure, "Resend has another mail under the same key."
	case status == http.StatusTooManyRequests:
		return Retry, "Resend asks us to wait."
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return Retry, "Resend refuses our account or sender; check RESEND_API_KEY and MAIL_FROM."
	case status == http.StatusInternalServerError || status == http.StatusServiceUnavailable:
		return Retry, "Resend has a fault."
	case status > http.StatusInternalServerError:
		return Unsure, "Resend's gateway gave up waiting." // what is behind it may have taken the mail
	default:
		return Retry, "Resend's address answers oddly; check RESEND_API_BASE."
	}
}
