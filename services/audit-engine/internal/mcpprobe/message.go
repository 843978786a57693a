package mcpprobe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// method is what may be asked for. The set is closed on purpose: see the package doc.
type method string

const (
	initialize    method = "initialize"
	initialized   method = "notifications/initialized"
	discover      method = "server/discover"
	listTools     method = "tools/list"
	listPrompts   method = "prompts/list"
	listResources method = "resources/list"
	listTemplates method = "resources/templates/list"
	nonexistent   method = "audit/nonexistent" // no revision has it
)

// Revisions of the protocol that are spoken here.
const (
	revisionSSE       = "2024-11-05"
	revisionSession   = "2025-11-25"
	revisionStateless = "2026-07-28"
)

// Codes of errors that only a server of the stateless revisions gives
// (specification 2026-07-28, basic/index, "Error Codes").
const (
	codeHeaderMismatch     = -32020
	codeMissingCapability  = -32021
	codeUnsupportedVersion = -32022
)

// RPCError is the error object of JSON-RPC 2.0.
type RPCError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}

// stateless reports whether only a server of a stateless revision answers so.
func (e *RPCError) stateless() bool {
	return e.Code == codeHeaderMismatch || e.Code == codeMissingCapability || e.Code == codeUnsupportedVersion
}

// supported are the revisions that an error says are spoken.
func (e *RPCError) supported() []string {
	var data struct {
		Supported []string `json:"supported"`
	}
	if json.Unmarshal(e.Data, &data) != nil {
		return nil
	}
	return slices.DeleteFunc(data.Supported[:min(len(data.Supported), maxRevisions)], func(r string) bool { return !revisionForm.MatchString(r) })
}

// reply is an answer to one request. Exactly one of its fields is set.
type reply struct {
	Result json.RawMessage
	Error  *RPCError
}

// errNoReply means that what came holds no answer to the question.
var errNoReply = errors.New("no JSON-RPC answer to the question")

// clientInfo is how the probe introduces itself.
var clientInfo = map[string]string{"name": "security-audit", "version": "1"}

// request renders a request, or a notification where id is 0.
func request(id int, m method, params map[string]any) []byte {
	message := map[string]any{"jsonrpc": "2.0", "method": m}
	if id != 0 {
		message["id"] = id
	}
	if params != nil {
		message["params"] = params
	}
	raw, err := json.Marshal(message)
	if err != nil {
		panic("mcpprobe: render a request: " + err.Error()) // of our own strings alone
	}
	return raw
}

// statelessMeta is what every request of the stateless revisions carries.
func statelessMeta(revision string) map[string]any {
	return map[string]any{
		"io.modelcontextprotocol/protocolVersion":    revision,
		"io.modelcontextprotocol/clientInfo":         clientInfo,
		"io.modelcontextprotocol/clientCapabilities": map[string]any{},
	}
}

// parseReply finds the answer to request id in raw: one message, or a batch of them,
// which revision 2025-03-26 allowed. Requests, notifications and answers to other
// questions are passed over. An error without an id counts: so a server says that it
// did not read as far as the id.
func parseReply(raw []byte, id int) (reply, error) {
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\ufeff")))
	if len(raw) == 0 {
		return reply{}, errNoReply
	}
	if raw[0] != '[' {
		return parseMessage(raw, id)
	}
	var batch []json.RawMessage
	if err := json.Unmarshal(raw, &batch); err != nil {
		return reply{}, fmt.Errorf("%w: %.80q", errNoReply, err.Error())
	}
	for _, message := range batch {
		if r, err := parseMessage(message, id); err == nil {
			return r, nil
		}
	}
	return reply{}, errNoReply
}

func parseMessage(raw []byte, id int) (reply, error) {
	var message struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Method  json.RawMessage `json:"method"`
		Result  json.RawMessage `json:"result"`
		Error   *RPCError       `json:"error"`
	}
	if err := json.Unmarshal(raw, &message); err != nil {
		return reply{}, fmt.Errorf("%w: %.80q", errNoReply, err.Error())
	}
	given := string(message.ID)
	anonymous := given == "" || given == "null"
	switch {
	case message.Version != "2.0", message.Method != nil:
	case message.Error != nil && (anonymous || given == fmt.Sprint(id)):
		return reply{Error: message.Error}, nil
	case message.Error == nil && given == fmt.Sprint(id) && bytes.HasPrefix(message.Result, []byte("{")):
		return reply{Result: message.Result}, nil
	}
	return reply{}, errNoReply
}
