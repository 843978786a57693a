package mcpprobe

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Bounds of the walk through a schema.
const (
	maxDepth = 24
	maxTexts = 20_000
	maxWhere = 300 // bytes of the name of a place
)

// Text is a text that the endpoint gives a model to read.
type Text struct {
	Where string // "tool \"add\", parameter \"a\"", with names as they were sent
	Tool  string // name of the tool, if it is one's
	Value string
	// Name marks what identifies something, as against what describes it.
	Name bool
}

// Texts returns all texts that a model may read, in the order of the lists.
func (r *Result) Texts() []Text {
	t := texts{}
	t.add("the name of the server", r.Server.Name, true)
	t.add("the title of the server", r.Server.Title, false)
	t.add("the description of the server", r.Server.Description, false)
	t.add("the server's instructions", r.Instructions, false)
	for _, tool := range r.Tools.Items {
		t.tool = tool.Name
		where := fmt.Sprintf("tool %q", tool.Name)
		t.add("the name of "+where, tool.Name, true)
		t.add(where+", title", tool.Title, false)
		t.add(where+", title", tool.Annotations.Title, false)
		t.add(where+", description", tool.Description, false)
		t.schema(where+", input", tool.Input, maxDepth)
		t.schema(where+", output", tool.Output, maxDepth)
	}
	t.tool = ""
	for _, prompt := range r.Prompts.Items {
		where := fmt.Sprintf("prompt %q", prompt.Name)
		t.add("the name of "+where, prompt.Name, true)
		t.add(where+", title", prompt.Title, false)
		t.add(where+", description", prompt.Description, false)
		for _, a := range prompt.Arguments {
			t.add("the name of an argument of "+where, a.Name, true)
			t.add(fmt.Sprintf("%s, argument %q", where, a.Name), a.Title, false)
			t.add(fmt.Sprintf("%s, argument %q", where, a.Name), a.Description, false)
		}
	}
	for _, resource := range slices.Concat(r.Resources.Items, r.Templates.Items) {
		where := fmt.Sprintf("resource %q", resource.URI)
		t.add("the address of "+where, resource.URI, true)
		t.add(where+", name", resource.Name, true)
		t.add(where+", title", resource.Title, false)
		t.add(where+", description", resource.Description, false)
	}
	return t.list
}

type texts struct {
	list []Text
	tool string
}

func (t *texts) add(where, value string, name bool) {
	if value != "" && len(t.list) < maxTexts {
		t.list = append(t.list, Text{Where: where, Tool: t.tool, Value: cut(value, maxText), Name: name})
	}
}

// schema adds every text of a JSON Schema: a model is given the schema whole, so
// instructions may hide in any key or value.
func (t *texts) schema(where string, node any, depth int) {
	if depth == 0 {
		return
	}
	switch n := node.(type) {
	case string:
		t.add(where, n, false)
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(n)) {
			below := cut(where+"."+key, maxWhere)
			t.add("a key in "+where, key, true)
			t.schema(below, n[key], depth-1)
		}
	case []any:
		for i, item := range n {
			t.schema(cut(where+"["+strconv.Itoa(i)+"]", maxWhere), item, depth-1)
		}
	}
}

// Parameter is a value that a tool takes.
type Parameter struct {
	Name   string
	Schema map[string]any
}

// Parameters returns what the tool takes: the properties of its schema, those of
// objects in it too.
func (t Tool) Parameters() []Parameter { return parameters(t.Input, 6) }

func parameters(schema map[string]any, depth int) []Parameter {
	if depth == 0 {
		return nil
	}
	var out []Parameter
	if properties, ok := schema["properties"].(map[string]any); ok {
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			if property, ok := properties[name].(map[string]any); ok {
				out = append(out, Parameter{Name: name, Schema: property})
				out = append(out, parameters(property, depth-1)...)
			}
		}
	}
	for _, key := range []string{"anyOf", "oneOf", "allOf"} {
		branches, _ := schema[key].([]any)
		for _, branch := range branches {
			if b, ok := branch.(map[string]any); ok {
				out = append(out, parameters(b, depth-1)...)
			}
		}
	}
	if items, ok := schema["items"].(map[string]any); ok {
		out = append(out, parameters(items, depth-1)...)
	}
	return out
}
