package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"doorstep.example/pkg/config"
)

const token = "hunter2hunter2hunter2"

func TestParse(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	t.Cleanup(server.Close)
	for _, test := range []struct{ url, scheme string }{
		{"generic+https://hooks.example.com/" + token, "generic"},
		{"slack://hook:T00000000-B00000000-123456789123456789123456@webhook", "slack"},
		{"telegram://123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA@telegram?channels=1,2", "telegram"},
		{"matrix://ada:" + token + "@" + strings.TrimPrefix(server.URL, "http://") + "?disableTLS=yes", "matrix"},
		{"ntfy://:" + token + "@ntfy.sh/alerts", "ntfy"},
		{"logger://" + token, ""},
		{"pigeon://" + token, ""},
		{"slack://" + token, ""},
		{"telegram://" + token, ""},
		{token, ""},
		{"://" + token, ""},
		{"generic+https://x/\x7f" + token, ""},
	} {
		channels, errs := Parse(config.Secrets{"generic://first.example.com", config.Secret(test.url)})
		if test.scheme == "" {
			if len(errs) != 1 || len(channels) != 1 || strings.Contains(errs[0].Error(), token) || !strings.HasPrefix(errs[0].Error(), "ALERT_URLS: entry 2 ") {
				t.Errorf("Parse(%q) = %d channels, %v", test.url, len(channels), errs)
			}
			continue
		}
		if len(errs) != 0 || len(channels) != 2 || channels[1].Scheme != test.scheme {
			t.Errorf("Parse(%q) = %v, %v; want %s", test.url, channels, errs, test.scheme)
			continue
		}
		if text := fmt.Sprintf("%v %+v %#v", channels, channels[1], channels[1]); strings.Contains(text, token) {
			t.Errorf("the token is printed: %s", text)
		}
	}
	if asked != 0 {
		t.Errorf("reading the URLs asked a server %d times", asked)
	}
}

// one returns the channel of a URL.
func one(t *testing.T, url string) Channel {
	t.Helper()
	channels, errs := Parse(config.Secrets{config.Secret(url)})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return channels[0]
}

func TestSend(t *testing.T) {
	t.Parallel()
	got := make(chan string, 2)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got <- r.URL.Path + " " + string(body)
	}))
	t.Cleanup(server.Close)
	c := one(t, "generic+"+server.URL+"/"+token)
	if err := c.Send(t.Context(), "A title", "line one\nline two"); err != nil {
		t.Fatal(err)
	}
	if want := "/" + token + " A title\nline one\nline two"; <-got != want {
		t.Errorf("sent something else than %q", want)
	}
}

func TestHangingChannelIsBounded(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(server.Close)
	c := one(t, "generic+"+server.URL+"/"+token)
	for range abandoned {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := c.Send(ctx, "t", "x"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Send = %v", err)
		}
		cancel()
	}
	if err := c.Send(t.Context(), "t", "x"); err == nil || !strings.Contains(err.Error(), "under way") {
		t.Errorf("one more = %v", err)
	}
	close(release)
	var err error
	for limit := time.Now().Add(5 * time.Second); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		if err = c.Send(t.Context(), "t", "x"); err == nil {
			return
		}
	}
	t.Errorf("after its answer = %v", err)
}

// answer stands for every host that the library sends to.
type answer func(*http.Request) (*http.Response, error)

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

// TestEveryFailureIsAnError is for the library's services that a seller is likely to
// have: whatever goes wrong must not count as told, and must not show the token. It
// replaces the process's transport, so it is not parallel.
func TestEveryFailureIsAnError(t *testing.T) {
	urls := map[string]string{
		"slack":      "slack://hook:T00000000-B00000000-123456789123456789123456@webhook",
		"slackbot":   "slack://xoxb:123456789012-1234567890123-4mt0t4l1YL3g1T5L4cK70k3N@C001CH4NN3L",
		"telegram":   "telegram://123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA@telegram?channels=1",
		"generic":    "generic://hooks.example.com/" + token,
		"gotify":     "gotify://gotify.example.com/AAAAAAAAAAAAAAA",
		"pushover":   "pushover://shoutrrr:" + token + "@" + token,
		"rocketchat": "rocketchat://rocket.example.com/tokenA/tokenB/channel",
		"googlechat": "googlechat://chat.googleapis.com/v1/spaces/FOO/messages?key=bar&token=" + token,
		"zulip":      "zulip://bot%40zulip.example.com:" + token + "@zulip.example.com?stream=a&topic=b",
		"opsgenie":   "opsgenie://api.opsgenie.com/" + token,
		"ntfy":       "ntfy://:" + token + "@ntfy.sh/alerts",
		"matrix":     "matrix://:" + token + "@matrix.example.com?rooms=%21a:example.com",
	}
	text := func(status int, body string) answer {
		return func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		}
	}
	failures := map[string]answer{
		"refused":   func(*http.Request) (*http.Response, error) { return nil, errors.New("dial tcp: connection refused") },
		"502 html":  text(http.StatusBadGateway, "<html>nginx</html>"),
		"401 json":  text(http.StatusUnauthorized, `{"ok":false,"error":"x","description":"Unauthorized"}`),
		"404 empty": text(http.StatusNotFound, ""),
	}
	before := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = before })
	for service, url := range urls {
		c := one(t, url)
		for name, failure := range failures {
			http.DefaultTransport = failure
			err := c.Send(t.Context(), "title", "text")
			if err == nil {
				t.Errorf("%s, %s: counts as told", service, name)
				continue
			}
			for _, secret := range []string{token, "AAAAAAA", "123456789", "tokenA", "://"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%s, %s: shows a secret: %v", service, name, err)
				}
			}
		}
	}
	http.DefaultTransport = text(http.StatusOK, `{"ok":false}`)
	if err := one(t, urls["telegram"]).Send(t.Context(), "title", "text"); err == nil {
		t.Error("Telegram said no, and it counts as told")
	}
	http.DefaultTransport = text(http.StatusOK, `{"ok":true,"result":{"message_id":1}}`)
	if err := one(t, urls["telegram"]).Send(t.Context(), "title", "text"); err != nil {
		t.Errorf("Telegram said yes: %v", err)
	}
}

// What the three chats get is read back, because their markup differs.
func TestBodies(t *testing.T) {
	var body string
	before := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = before })
	http.DefaultTransport = answer(func(r *http.Request) (*http.Response, error) {
		raw, err := io.ReadAll(r.Body)
		body = string(raw)
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"ok":true,"result":{}}`)), Request: r}, err
	})
	err := one(t, "telegram://123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA@telegram?channels=1&parsemode=Markdown").Send(t.Context(), "title", "cs_test_1_a")
	if err != nil || strings.Contains(body, "parse_mode") || !strings.Contains(body, `"text": "title\ncs_test_1_a"`) || !strings.Contains(body, `"disable_web_page_preview": true`) {
		t.Errorf("telegram: %v, %s", err, body)
	}
	// Slack's hook answers "ok"; ours does not, which is an error, but the body is out.
	if err := one(t, "slack://hook:T00000000-B00000000-123456789123456789123456@webhook").Send(t.Context(), "title", "one\ntwo"); err == nil {
		t.Error("slack: an odd answer counts as told")
	}
	if !strings.Contains(body, `"text":"title"`) || !strings.Contains(body, `{"text":"two"`) {
		t.Errorf("slack: %s", body)
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"The engine answered 500 (internal).": "The engine answered 500 (internal).",
		"Ada Lovelace <ada@example.com>":      "Ada Lovelace ‹ada@example.com›",
		"<!channel> hi":                       "‹!channel› hi",
		"<@U123> @everyone @here":             "‹＠U123› ＠everyone ＠here",
		"a@everyone.com":                      "a＠everyone[.]com",
		"[Refund](https://evil.example/x)":    "(Refund)(https[:]//evil[.]example/x)",
		"<https://evil.example|Stripe>":       "‹https[:]//evil[.]example¦Stripe›",
		"go to evil.example now":              "go to evil[.]example now",
		"93.184.216.34:443 refused":           "93.184.216.34:443 refused",
		"`code` *bold* ||spoiler||":           "'code' ∗bold∗ ¦¦spoiler¦¦",
		"one\nConsole: two\r\n\x00":           "one Console: two",
		"a\u202egnp.exe\u200b":                "agnp[.]exe",
		"bad \xff bytes":                      "bad bytes",
		"cs_test_a1_b2":                       "cs_test_a1_b2",
	} {
		if got := Plain(in); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
	}
}
