package mcpprobe

import (
	"bytes"
	"strings"
)

// Limits of one event stream. A body is bounded by the guard as well.
const (
	maxEvent  = 5 << 20 // bytes of one event
	maxEvents = 2000    // events that are looked at
)

// event is one event of a stream.
type event struct {
	name string // "message" where the stream names none
	data string
}

// sseReader reads a text/event-stream part by part, as the HTML standard describes
// it (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
type sseReader struct {
	line    []byte // without its end
	data    strings.Builder
	name    string
	hasData bool
	afterCR bool // a line feed now belongs to the line before
	started bool // a byte order mark may no longer come
	events  int
	full    bool // over a limit: the rest is not looked at
}

// feed takes the next part of the stream and returns the events that it completes.
func (r *sseReader) feed(part []byte) []event {
	var out []event
	for len(part) > 0 && !r.full {
		if r.afterCR {
			r.afterCR = false
			if part[0] == '\n' {
				part = part[1:]
				continue
			}
		}
		end := bytes.IndexAny(part, "\r\n")
		if end < 0 {
			r.line = append(r.line, part...)
			r.full = len(r.line) > maxEvent
			break
		}
		r.line = append(r.line, part[:end]...)
		r.afterCR = part[end] == '\r'
		part = part[end+1:]
		if e, ok := r.endLine(); ok {
			out = append(out, e)
		}
	}
	return out
}

// endLine takes the line that is complete, and returns the event that it ends.
func (r *sseReader) endLine() (event, bool) {
	line := r.line
	r.line = r.line[:0]
	if !r.started {
		r.started = true
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	if len(line) == 0 {
		e := event{name: r.name, data: r.data.String()}
		complete := r.hasData
		r.data.Reset()
		r.name, r.hasData = "", false
		if e.name == "" {
			e.name = "message"
		}
		if complete {
			r.events++
			r.full = r.events >= maxEvents
		}
		return e, complete
	}
	field, value, _ := strings.Cut(string(line), ":")
	value = strings.TrimPrefix(value, " ")
	switch field {
	case "event":
		r.name = value
	case "data":
		if r.hasData {
			r.data.WriteByte('\n')
		}
		r.hasData = true
		r.data.WriteString(value)
		r.full = r.data.Len() > maxEvent
	}
	return event{}, false
}

// replyInStream finds the answer to request id in a whole or cut stream.
func replyInStream(stream []byte, id int) (reply, error) {
	var r sseReader
	for _, e := range r.feed(stream) {
		if answer, err := parseReply([]byte(e.data), id); err == nil {
			return answer, nil
		}
	}
	return reply{}, errNoReply
}

// untilReply returns what ends the reading of a body once the answer to request id
// has come over a stream. Of a page, which answers nothing, the beginning is enough;
// other bodies are read whole.
func untilReply(id int) func([]byte) bool {
	var r sseReader
	read, page := 0, false
	return func(part []byte) bool {
		if read == 0 {
			page = bytes.HasPrefix(bytes.TrimSpace(part), []byte("<"))
		}
		if read += len(part); page {
			return read >= maxErrorText
		}
		for _, e := range r.feed(part) {
			if _, err := parseReply([]byte(e.data), id); err == nil {
				return true
			}
		}
		return r.full
	}
}
