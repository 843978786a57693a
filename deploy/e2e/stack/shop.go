package stack

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// followEvery is how often an order is looked at.
const followEvery = 50 * time.Millisecond

// client does not follow redirects: where a redirect leads is what is asked for.
var client = &http.Client{
	Timeout:       30 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Answer is a response whose body was read.
type Answer struct {
	StatusCode    int
	Header        http.Header
	ContentLength int64 // as the header says; -1 if it does not
}

// Order is an order as the operators' API tells it.
type Order struct {
	ID          string            `json:"id"`
	State       string            `json:"state"`
	SessionID   string            `json:"session_id"`
	ContactName string            `json:"contact_name"`
	Fields      map[string]string `json:"fields"`
	Timeline    []struct {
		At     time.Time `json:"at"`
		Kind   string    `json:"kind"`
		From   string    `json:"from"`
		To     string    `json:"to"`
		Detail string    `json:"detail"`
	} `json:"timeline"`
	Progress *struct {
		Title string `json:"title"`
		Done  int    `json:"done"`
		Total int    `json:"total"`
	} `json:"progress"`
	Artefacts []struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Role   string `json:"role"`
		SHA256 string `json:"sha256"`
	} `json:"artefacts"`
	Messages []struct {
		ID       string `json:"id"`
		Template string `json:"template"`
		To       string `json:"to"`
		State    string `json:"state"`
	} `json:"messages"`
	Grants []struct {
		ID      string `json:"id"`
		MaxUses int    `json:"max_uses"`
		Used    int    `json:"used"`
	} `json:"grants"`
	Alerts []struct {
		Reason string `json:"reason"`
		State  string `json:"state"`
		Count  int    `json:"count"`
	} `json:"alerts"`
}

// Begin posts the order form as a browser would and returns the hosted page to pay at.
func (s *Stack) Begin(ctx context.Context, product string, form url.Values) (string, error) {
	form = cloneWith(form, "product", product)
	resp, body, err := s.do(ctx, http.MethodPost, s.ShopURL()+"/checkout", form, nil)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("the order form was answered %d: %.300s", resp.StatusCode, body)
	}
	return resp.Header.Get("Location"), nil
}

// Card is the test card that pays at once.
const Card = "4242424242424242"

// Pay pays at a hosted page and returns the order's id, which the success URL leads to.
func (s *Stack) Pay(ctx context.Context, hosted string) (string, error) {
	thankYou, err := s.PayAndLeave(ctx, hosted, Card)
	if err != nil {
		return "", err
	}
	return s.Return(ctx, thankYou)
}

// PayAndLeave pays at a hosted page and does not come back to the shop. It returns
// the success URL.
func (s *Stack) PayAndLeave(ctx context.Context, hosted, card string) (string, error) {
	resp, body, err := s.do(ctx, http.MethodPost, hosted, url.Values{"card": {card}}, nil)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("the hosted page was answered %d: %.300s", resp.StatusCode, body)
	}
	return resp.Header.Get("Location"), nil
}

// Return follows the success URL to the order and returns its id.
func (s *Stack) Return(ctx context.Context, thankYou string) (string, error) {
	resp, body, err := s.do(ctx, http.MethodGet, thankYou, nil, nil)
	if err != nil {
		return "", err
	}
	id, ok := strings.CutPrefix(resp.Header.Get("Location"), "/orders/")
	if !ok {
		return "", fmt.Errorf("the thank-you page was answered %d: %.300s", resp.StatusCode, body)
	}
	return id, nil
}

// Order reads one order.
func (s *Stack) Order(ctx context.Context, id string) (Order, error) {
	var o Order
	return o, s.Ops(ctx, "/api/orders/"+url.PathEscape(id), &o)
}

// Ops reads a JSON answer of the operators' API.
func (s *Stack) Ops(ctx context.Context, path string, into any) error {
	resp, body, err := s.do(ctx, http.MethodGet, s.OpsURL()+path, nil, http.Header{"Authorization": {"Bearer " + s.Token}})
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s was answered %d: %.300s", path, resp.StatusCode, body)
	}
	return json.Unmarshal(body, into)
}

// Metric reads a figure of the storefront's metrics that has no labels.
func (s *Stack) Metric(ctx context.Context, name string) (float64, error) {
	_, body, err := s.do(ctx, http.MethodGet, s.OpsURL()+"/metrics", nil, http.Header{"Authorization": {"Bearer " + s.Token}})
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(body)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, fmt.Errorf("the metrics have no %s", name)
}

// Follow reads the order until it is in one of states, and shows it to see each
// time. While the storefront is down it goes on asking.
func (s *Stack) Follow(ctx context.Context, id string, see func(Order), states ...string) (Order, error) {
	var last Order
	var lastErr error
	for {
		o, err := s.Order(ctx, id)
		if err == nil {
			last = o
			if see != nil {
				see(o)
			}
			if slices.Contains(states, o.State) {
				return o, nil
			}
		}
		lastErr = err
		select {
		case <-ctx.Done():
			return last, fmt.Errorf("order %s is %q and never became %s (last answer: %w)", id, last.State, strings.Join(states, " or "), cmp.Or(lastErr, ctx.Err()))
		case <-time.After(followEvery):
		}
	}
}

// Get fetches a page of the shop.
func (s *Stack) Get(ctx context.Context, address string) (*Answer, []byte, error) {
	return s.do(ctx, http.MethodGet, s.absolute(address), nil, nil)
}

// Post posts a form to the shop.
func (s *Stack) Post(ctx context.Context, address string, form url.Values) (*Answer, []byte, error) {
	return s.do(ctx, http.MethodPost, s.absolute(address), form, nil)
}

// Fetch asks with any method and headers.
func (s *Stack) Fetch(ctx context.Context, method, address string, body io.Reader, header http.Header) (*Answer, []byte, error) {
	return send(ctx, method, s.absolute(address), body, header)
}

// PostJSON posts a JSON body anywhere and reads a JSON answer.
func (s *Stack) PostJSON(ctx context.Context, address string, body any, header http.Header) (*Answer, []byte, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, nil, err
	}
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/json")
	return send(ctx, http.MethodPost, s.absolute(address), bytes.NewReader(raw), header)
}

func (s *Stack) absolute(address string) string {
	if strings.HasPrefix(address, "/") {
		return s.ShopURL() + address
	}
	return address
}

func (s *Stack) do(ctx context.Context, method, address string, form url.Values, header http.Header) (*Answer, []byte, error) {
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	var body io.Reader
	if form != nil {
		header.Set("Content-Type", "application/x-www-form-urlencoded")
		body = strings.NewReader(form.Encode())
	}
	return send(ctx, method, address, body, header)
}

func send(ctx context.Context, method, address string, body io.Reader, header http.Header) (*Answer, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, nil, err
	}
	if header != nil {
		req.Header = header
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	return &Answer{resp.StatusCode, resp.Header, resp.ContentLength}, raw, err
}

func cloneWith(form url.Values, name, value string) url.Values {
	clone := url.Values{name: {value}}
	for key, values := range form {
		clone[key] = values
	}
	return clone
}
