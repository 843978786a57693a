package mcpprobe

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSSEReader(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		stream string
		want   []event
	}{
		"plain":              {"data: a\n\n", []event{{"message", "a"}}},
		"named":              {"event: endpoint\ndata: /m?s=1\n\n", []event{{"endpoint", "/m?s=1"}}},
		"carriage returns":   {"data: a\r\rdata: b\r\n\r\n", []event{{"message", "a"}, {"message", "b"}}},
		"lines of data":      {"data: a\ndata\ndata:b\n\n", []event{{"message", "a\n\nb"}}},
		"comments and ids":   {": hello\nid: 1\nretry: 5\ndata: a\n\n:\n\n", []event{{"message", "a"}}},
		"empty event":        {"id: 1\ndata:\n\ndata: b\n\n", []event{{"message", ""}, {"message", "b"}}},
		"no data":            {"event: x\n\ndata: b\n\n", []event{{"message", "b"}}},
		"byte order mark":    {"\ufeffdata: a\n\n", []event{{"message", "a"}}},
		"one space goes":     {"data:  a\n\n", []event{{"message", " a"}}},
		"not ended":          {"data: a\n\ndata: b\n", []event{{"message", "a"}}},
		"not a stream":       {"<!doctype html>\n<p>data: a</p>\n\n", nil},
		"upper case is none": {"DATA: a\n\n", nil},
	} {
		for _, size := range []int{1, 2, 3, len(test.stream)} {
			var r sseReader
			var got []event
			for rest := test.stream; rest != ""; {
				n := min(size, len(rest))
				got = append(got, r.feed([]byte(rest[:n]))...)
				rest = rest[n:]
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(event{})); diff != "" {
				t.Errorf("%s, in parts of %d (-want +got):\n%s", name, size, diff)
			}
		}
	}
}

func TestSSEReaderIsBounded(t *testing.T) {
	t.Parallel()
	var many, long, wide sseReader
	if n := len(many.feed([]byte(strings.Repeat("data: a\n\n", maxEvents+10)))); n != maxEvents || !many.full {
		t.Errorf("%d events of too many", n)
	}
	long.feed([]byte(strings.Repeat("x", maxEvent+1)))
	for range 3 * maxEvent / (1 << 20) {
		wide.feed([]byte("data: " + strings.Repeat("y", 1<<20) + "\n"))
	}
	if !long.full || !wide.full || len(long.line) > maxEvent+1 || wide.data.Len() > maxEvent+1<<20+1 {
		t.Errorf("line of %d bytes, data of %d", len(long.line), wide.data.Len())
	}
}

func TestOfAPageTheBeginningIsEnough(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", maxErrorText)
	for body, want := range map[string]bool{
		"\n<!doctype html>" + long: true, "<p>short": false, `{"jsonrpc":"2.0","id":8,"result":"` + long + `"}`: false, "data: " + long + "\n": false,
	} {
		if ends := untilReply(7)([]byte(body)); ends != want {
			t.Errorf("%.20q… ends: %t, want %t", body, ends, want)
		}
	}
}

func FuzzSSEReader(f *testing.F) {
	f.Add([]byte("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}\n\n"), uint8(3))
	f.Add([]byte("\ufeffdata: a\r\rdata\r\n\r\n: x\n"), uint8(1))
	f.Fuzz(func(t *testing.T, stream []byte, size uint8) {
		var whole, parts sseReader
		want := whole.feed(stream)
		var got []event
		for rest := stream; len(rest) > 0; {
			n := min(int(size)+1, len(rest))
			got = append(got, parts.feed(rest[:n])...)
			rest = rest[n:]
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(event{})); diff != "" {
			t.Fatalf("whole and in parts of %d:\n%s", size, diff)
		}
		if bytes.HasPrefix(bytes.TrimSpace(stream), []byte("<")) {
			return // a page, see TestOfAPageTheBeginningIsEnough
		}
		_, err := replyInStream(stream, 7)
		if ends := untilReply(7)(stream); ends != (err == nil) && !whole.full {
			t.Fatalf("reading ends: %v, answer: %v", ends, err)
		}
	})
}
