package mcpprobe

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Bounds of lists. A model is not given more than this by any known client.
const (
	maxPages = 20
	maxItems = 1000
	maxText  = 256 << 10 // bytes of one text
	maxName  = 1 << 10   // bytes of one name or address
)

// lists asks for every list that is offered (nil: not known, so all are) and returns
// one that was given, or initialize where none was.
func (p *prober) lists(ctx context.Context, s speaker, offered capabilities) method {
	wants := func(name string) bool { return p.result.Refusal == nil && (offered == nil || offered[name] != nil) }
	if wants("tools") {
		p.listTools(ctx, s)
	}
	if wants("prompts") {
		p.result.Prompts = fetchList(ctx, p, s, listPrompts, "prompts", parsePrompt)
	}
	if wants("resources") {
		p.result.Resources = fetchList(ctx, p, s, listResources, "resources", parseResource)
		p.result.Templates = fetchList(ctx, p, s, listTemplates, "resourceTemplates", parseTemplate)
	}
	switch {
	case p.result.Tools.Seen:
		return listTools
	case p.result.Prompts.Seen:
		return listPrompts
	case p.result.Resources.Seen:
		return listResources
	}
	return initialize
}

func (p *prober) listTools(ctx context.Context, s speaker) {
	var canonical [][]byte
	p.result.Tools = fetchList(ctx, p, s, listTools, "tools", func(raw json.RawMessage) (Tool, bool) {
		canonical = append(canonical, canonicalTool(raw))
		return parseTool(raw)
	})
	if p.result.Tools.Seen && p.result.Tools.Problem == "" {
		p.result.Hash = hashTools(canonical)
	}
}

// fetchList reads a list page by page. A refusal goes into the probe's result.
func fetchList[T any](ctx context.Context, p *prober, s speaker, m method, key string, parse func(json.RawMessage) (T, bool)) List[T] {
	var list List[T]
	cursors := map[string]bool{}
	var params map[string]any
	for range maxPages {
		a := s.ask(ctx, m, params, nil)
		if a.refused() && !list.Seen {
			list.Problem = "The endpoint asks for sign-in."
			p.refuse(ctx, pathOf(s), &a)
			return list
		}
		if !a.accepted() {
			list.Problem = problem(a)
			return list
		}
		page, next, ok := parsePage(a.reply.Result, key)
		if !ok {
			list.Problem = "The answer is not a list."
			return list
		}
		list.Seen = true
		for _, raw := range page {
			if len(list.Items) == maxItems {
				list.Problem = "The list is longer than 1,000 entries; the others were not looked at."
				return list
			}
			if item, ok := parse(raw); ok {
				list.Items = append(list.Items, item)
			}
		}
		if next == "" {
			return list
		}
		if cursors[next] {
			list.Problem = "The pages of the list lead round in a circle."
			return list
		}
		cursors[next] = true
		params = map[string]any{"cursor": next}
	}
	list.Problem = fmt.Sprintf("The list has more than %d pages; the others were not looked at.", maxPages)
	return list
}

// pathOf is where the speaker's endpoint is.
func pathOf(s speaker) string {
	switch s := s.(type) {
	case *streamable:
		return s.path
	case *conversation:
		return s.path
	}
	return ""
}

// problem says why a list did not come.
func problem(a answer) string {
	switch {
	case a.response == nil:
		return "The endpoint did not answer in time."
	case a.response.BodyErr != nil:
		return "The answer could not be read: " + a.response.BodyErr.Error() + "."
	case a.err == nil && a.reply.Error != nil:
		return "The endpoint answered with an error."
	}
	return "The endpoint gave no answer to the question."
}

func parsePage(result json.RawMessage, key string) (page []json.RawMessage, next string, ok bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal(result, &object) != nil || json.Unmarshal(object[key], &page) != nil {
		return nil, "", false
	}
	if raw, there := object["nextCursor"]; there && json.Unmarshal(raw, &next) != nil {
		next = "" // null, or not a cursor
	}
	return page, next, true
}

func parseTool(raw json.RawMessage) (Tool, bool) {
	var t struct {
		Name        string          `json:"name"`
		Title       string          `json:"title"`
		Description string          `json:"description"`
		Input       json.RawMessage `json:"inputSchema"`
		Output      json.RawMessage `json:"outputSchema"`
		Annotations json.RawMessage `json:"annotations"`
	}
	if json.Unmarshal(raw, &t) != nil || t.Name == "" {
		return Tool{}, false
	}
	tool := Tool{Name: cut(t.Name, maxName), Title: cut(t.Title, maxName), Description: cut(t.Description, maxText)}
	tool.Input, tool.Output = schema(t.Input), schema(t.Output)
	if a := &tool.Annotations; json.Unmarshal(t.Annotations, a) == nil {
		tool.Annotated = a.ReadOnly != nil || a.Destructive != nil || a.OpenWorld != nil
	}
	tool.Annotations.Title = cut(tool.Annotations.Title, maxName)
	return tool, true
}

// schema reads a JSON Schema; what is none is nil.
func schema(raw json.RawMessage) map[string]any {
	var object map[string]any
	if len(raw) == 0 || json.Unmarshal(raw, &object) != nil {
		return nil
	}
	return object
}

func parsePrompt(raw json.RawMessage) (Prompt, bool) {
	var prompt Prompt
	if json.Unmarshal(raw, &prompt) != nil || prompt.Name == "" {
		return Prompt{}, false
	}
	prompt.Name, prompt.Title, prompt.Description = cut(prompt.Name, maxName), cut(prompt.Title, maxName), cut(prompt.Description, maxText)
	prompt.Arguments = prompt.Arguments[:min(len(prompt.Arguments), 100)]
	for i, a := range prompt.Arguments {
		prompt.Arguments[i] = PromptArgument{Name: cut(a.Name, maxName), Title: cut(a.Title, maxName), Description: cut(a.Description, maxText)}
	}
	return prompt, true
}

func parseResource(raw json.RawMessage) (Resource, bool) {
	var r Resource
	if json.Unmarshal(raw, &r) != nil || r.URI == "" {
		return Resource{}, false
	}
	return r.cut(), true
}

func parseTemplate(raw json.RawMessage) (Resource, bool) {
	var t struct {
		Resource
		Template string `json:"uriTemplate"`
	}
	if json.Unmarshal(raw, &t) != nil || t.Template == "" {
		return Resource{}, false
	}
	t.URI = t.Template
	return t.cut(), true
}

func (r Resource) cut() Resource {
	return Resource{URI: cut(r.URI, maxName), Name: cut(r.Name, maxName), Title: cut(r.Title, maxName), Description: cut(r.Description, maxText)}
}

// hashed are the fields of a tool that a model or a person decides by. Icons and _meta
// change without meaning.
var hashed = []string{"name", "title", "description", "inputSchema", "outputSchema", "annotations"}

// canonicalTool is a tool with its hashed fields alone, keys sorted, no white space,
// numbers as they were written.
func canonicalTool(raw json.RawMessage) []byte {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var object map[string]any
	if decoder.Decode(&object) != nil {
		return nil
	}
	kept := map[string]any{}
	for _, field := range hashed {
		if value, ok := object[field]; ok {
			kept[field] = value
		}
	}
	canonical, err := json.Marshal(kept)
	if err != nil {
		return nil
	}
	return canonical
}

// hashTools is the SHA-256 over the canonical tools in sorted order, one a line: the
// same tools in another order or on other pages give the same hash.
func hashTools(canonical [][]byte) string {
	slices.SortFunc(canonical, func(a, b []byte) int { return cmp.Compare(string(a), string(b)) })
	sum := sha256.New()
	for _, tool := range canonical {
		sum.Write(tool)
		sum.Write([]byte("\n"))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// cut shortens s to at most n bytes, without a broken character at its end.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// dataText is the text of an error's data: itself where it is one.
func dataText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	// Escapes of line ends would hide a stack trace.
	return strings.NewReplacer(`\r\n`, "\n", `\n`, "\n", `\t`, "\t", `\"`, `"`).Replace(string(raw[:min(len(raw), maxErrorText)]))
}
