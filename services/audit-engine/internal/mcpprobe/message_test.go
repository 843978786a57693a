package mcpprobe

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestParseReply(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ raw, result, failure string }{
		"result":               {`{"jsonrpc":"2.0","id":7,"result":{"a":1}}`, `{"a":1}`, ""},
		"error":                {`{"jsonrpc":"2.0","id":7,"error":{"code":-1,"message":"no"}}`, "", "no"},
		"error without id":     {`{"jsonrpc":"2.0","error":{"code":-1,"message":"no"}}`, "", "no"},
		"error with id null":   {`{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"no"}}`, "", "no"},
		"batch":                {`[{"jsonrpc":"2.0","method":"notifications/message"},{"jsonrpc":"2.0","id":7,"result":{"b":2}}]`, `{"b":2}`, ""},
		"white space":          {" \r\n" + `{"jsonrpc":"2.0","id":7,"result":{}}` + "\n", `{}`, ""},
		"wrong id":             {`{"jsonrpc":"2.0","id":8,"result":{}}`, "", ""},
		"id as a string":       {`{"jsonrpc":"2.0","id":"7","result":{}}`, "", ""},
		"result without id":    {`{"jsonrpc":"2.0","result":{}}`, "", ""},
		"error of another":     {`{"jsonrpc":"2.0","id":8,"error":{"code":-1,"message":"no"}}`, "", ""},
		"both":                 {`{"jsonrpc":"2.0","id":7,"result":{},"error":{"code":1}}`, "", "\x00"},
		"request":              {`{"jsonrpc":"2.0","id":7,"method":"ping"}`, "", ""},
		"another version":      {`{"jsonrpc":"1.0","id":7,"result":{}}`, "", ""},
		"result is a text":     {`{"jsonrpc":"2.0","id":7,"result":"0x1"}`, "", ""},
		"a page":               {`<!doctype html>`, "", ""},
		"empty":                {``, "", ""},
		"empty batch":          {`[]`, "", ""},
		"batch of batches":     {`[[{"jsonrpc":"2.0","id":7,"result":{}}]]`, "", ""},
		"deeper than any":      {`{"jsonrpc":"2.0","id":7,"result":{"a":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}}`, "", ""},
		"broken off":           {`{"jsonrpc":"2.0","id":7,"result":{"a":`, "", ""},
		"result named as null": {`{"jsonrpc":"2.0","id":7,"result":null}`, "", ""},
	} {
		r, err := parseReply([]byte(test.raw), 7)
		switch {
		case test.result != "":
			if err != nil || string(r.Result) != test.result || r.Error != nil {
				t.Errorf("%s: %s, %v, %v; want the result %s", name, r.Result, r.Error, err, test.result)
			}
		case test.failure == "\x00": // a protocol error: the error counts
			if err != nil || r.Error == nil || r.Result != nil {
				t.Errorf("%s: %s, %v, %v", name, r.Result, r.Error, err)
			}
		case test.failure != "":
			if err != nil || r.Error == nil || r.Error.Message != test.failure {
				t.Errorf("%s: %v, %v; want the error %s", name, r.Error, err, test.failure)
			}
		default:
			if !errors.Is(err, errNoReply) {
				t.Errorf("%s: %s, %v, %v; want no reply", name, r.Result, r.Error, err)
			}
		}
	}
}

func TestRequestForm(t *testing.T) {
	t.Parallel()
	if got, want := string(request(3, listTools, nil)), `{"id":3,"jsonrpc":"2.0","method":"tools/list"}`; got != want {
		t.Errorf("request = %s, want %s", got, want)
	}
	if got, want := string(request(0, initialized, nil)), `{"jsonrpc":"2.0","method":"notifications/initialized"}`; got != want {
		t.Errorf("notification = %s, want %s", got, want)
	}
}

func FuzzParseReply(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","id":7,"result":{"tools":[{"name":"a","inputSchema":{"type":"object"}}],"nextCursor":"x"}}`))
	f.Add([]byte(`[{"jsonrpc":"2.0","id":7,"error":{"code":-32020,"message":"m","data":{"supported":["2026-07-28"]}}}]`))
	f.Add([]byte(`{"jsonrpc":"2.0","id":7,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"x"}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := parseReply(raw, 7)
		if err != nil {
			return
		}
		if (r.Result == nil) == (r.Error == nil) {
			t.Fatalf("result %q and error %v", r.Result, r.Error)
		}
		if r.Result == nil {
			dataText(r.Error.Data)
			return
		}
		if !json.Valid(r.Result) {
			t.Fatalf("result %q", r.Result)
		}
		parseHello(r.Result)
		page, _, _ := parsePage(r.Result, "tools")
		result := &Result{}
		for _, item := range page {
			if tool, ok := parseTool(item); ok {
				result.Tools.Items = append(result.Tools.Items, tool)
				tool.Parameters()
			}
			canonicalTool(item)
		}
		if n := len(result.Texts()); n > maxTexts {
			t.Fatalf("%d texts", n)
		}
	})
}
