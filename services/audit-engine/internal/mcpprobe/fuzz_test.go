package mcpprobe

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzEvents: an event that is written to a stream is read from it, with each of the
// ends of line and among comments and fields of no meaning here.
func FuzzEvents(f *testing.F) {
	f.Add("", "a", uint8(0))
	f.Add("endpoint", "/m?s=1\n\n data: b", uint8(1))
	f.Add(" x", "\ufeff:\x00\xff", uint8(2))
	f.Fuzz(func(t *testing.T, name, data string, which uint8) {
		if strings.ContainsAny(name, "\r\n") || strings.Contains(data, "\r") || len(data) > 1<<16 {
			return
		}
		end := []string{"\n", "\r\n", "\r"}[which%3]
		var one strings.Builder
		one.WriteString(": comment" + end + "id: 1" + end + "event: " + name + end)
		for line := range strings.SplitSeq(data, "\n") {
			one.WriteString("data: " + line + end + "datum: x" + end)
		}
		one.WriteString(end)
		want := event{name, data}
		if name == "" {
			want.name = "message"
		}
		var r sseReader
		got := r.feed([]byte("\ufeff" + one.String() + one.String() + "data: not ended" + end))
		if diff := cmp.Diff([]event{want, want}, got, cmp.AllowUnexported(event{})); diff != "" {
			t.Errorf("%q:\n%s", one.String(), diff)
		}
	})
}

// FuzzBatch: the answer is found among others, alone, in a batch and in a stream; what
// stands before it counts only where it is an answer itself.
func FuzzBatch(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","method":"ping","id":7}`), "x")
	f.Add([]byte(`{"jsonrpc":"2.0","id":"7","result":{}}`), "\u2028\"")
	f.Add([]byte(`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}`), "")
	f.Add([]byte(`[{"jsonrpc":"2.0","id":7,"result":{}}]`), "\n")
	f.Add([]byte(`{"jsonrpc":"2.0","id":7.0,"result":[]}`), "\xff")
	f.Fuzz(func(t *testing.T, noise []byte, text string) {
		if !json.Valid(noise) {
			return
		}
		result, err := json.Marshal(map[string]string{"text": text})
		if err != nil {
			t.Fatal(err)
		}
		message := slices.Concat([]byte(`{"jsonrpc":"2.0","id":7,"result":`), result, []byte("}"))
		want := reply{Result: result}
		if first, err := parseMessage(noise, 7); err == nil {
			want = first
		}
		batch := slices.Concat([]byte(" ["), noise, []byte(","), message, []byte("]\n"))
		got, err := parseReply(batch, 7)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", batch, err, diff)
		}
		if _, err := parseReply(message, 8); err == nil {
			t.Errorf("%s answers another question", message)
		}
		stream := slices.Concat([]byte("data: "), []byte(strings.Map(oneLine, string(batch))), []byte("\n\n"))
		if inStream, err := replyInStream(stream, 7); err != nil || (inStream.Error == nil) != (want.Error == nil) {
			t.Errorf("%s: %v, want an answer like %s", stream, err, want.Result)
		}
	})
}

// oneLine turns the ends of lines between the tokens of JSON into spaces; inside of
// them there are none.
func oneLine(r rune) rune {
	if r == '\n' || r == '\r' {
		return ' '
	}
	return r
}

// FuzzOwnPath: where a server names a path to ask, it is one of the page's own origin,
// and of one line.
func FuzzOwnPath(f *testing.F) {
	for _, seed := range []string{"/mcp?s=1", "mcp", "https://www.example.com/a", "//www.example.com//evil.example/", "//evil.example/", "https://www.example.com:443/", "https://u@www.example.com/", "\\\\evil.example", "/a b\u2028", "?x#y", "https:opaque", "? 0", "//WWW.example.com:443?"} {
		f.Add(seed)
	}
	p := &prober{config: Config{Page: &url.URL{Scheme: "https", Host: "www.example.com", Path: "/shop/page"}}}
	f.Fuzz(func(t *testing.T, address string) {
		path := p.ownPath(address)
		if path == "" {
			return
		}
		u, err := url.Parse("https://www.example.com" + path)
		if err != nil || u.Host != "www.example.com" || u.User != nil || u.RequestURI() != path {
			t.Errorf("%q gives %q: %v, %v", address, path, u, err)
		}
		if path[0] != '/' || strings.ContainsAny(path, "\r\n\t\x00#") { // the guard refuses a space, which a query may hold here
			t.Errorf("%q gives %q", address, path)
		}
	})
}
