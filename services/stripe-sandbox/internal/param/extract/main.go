// Command extract writes the table of parameters that package param checks
// against, out of the OpenAPI description inside stripe-mock's source.
//
// It is run by `go generate` when an operation is added, and by its test, which
// compares the table with the description.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"doorstep.example/services/stripe-sandbox/internal/param"
)

// mock is the version of stripe-mock that describes API version 2023-10-16.
const mock = "github.com/stripe/stripe-mock@v0.183.0"

// served lists the operations of the table.
var served = []struct{ method, path string }{
	{"post", "/v1/checkout/sessions"},
	{"get", "/v1/checkout/sessions"},
	{"get", "/v1/checkout/sessions/{session}"},
	{"post", "/v1/checkout/sessions/{session}/expire"},
	{"get", "/v1/checkout/sessions/{session}/line_items"},
	{"get", "/v1/events"},
	{"get", "/v1/events/{id}"},
	{"get", "/v1/payment_intents/{intent}"},
	{"get", "/v1/charges"},
	{"get", "/v1/charges/{charge}"},
	{"post", "/v1/refunds"},
	{"get", "/v1/refunds"},
	{"get", "/v1/refunds/{refund}"},
	{"get", "/v1/disputes"},
	{"get", "/v1/disputes/{dispute}"},
	{"get", "/v1/webhook_endpoints"},
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: extract FILE")
		os.Exit(2)
	}
	table, err := extract(context.Background())
	if err == nil {
		err = os.WriteFile(os.Args[1], table, 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// description is the part of OpenAPI that is read here.
type description struct {
	Paths map[string]map[string]operation `json:"paths"`
}

type operation struct {
	Parameters []struct {
		In, Name string
		Schema   schema
	}
	RequestBody struct {
		Content map[string]struct{ Schema schema }
	}
}

// schema is a param.Schema the way OpenAPI writes it.
type schema struct {
	Type       string             `json:"type"`
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Items      *schema            `json:"items"`
	Enum       []string           `json:"enum"`
	AnyOf      []*schema          `json:"anyOf"`
	MaxLength  int                `json:"maxLength"`
	Additional json.RawMessage    `json:"additionalProperties"` // false, or a schema
}

var errNoSource = errors.New("the source of stripe-mock is not here")

func extract(ctx context.Context) ([]byte, error) {
	out, err := exec.CommandContext(ctx, "go", "mod", "download", "-json", mock).Output()
	if err != nil {
		return nil, fmt.Errorf("%w: go mod download %s: %w", errNoSource, mock, err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return nil, fmt.Errorf("read the answer of go mod download: %w", err)
	}
	raw, err := os.ReadFile(filepath.Join(module.Dir, "embedded", "openapi", "spec3.json"))
	if err != nil {
		return nil, fmt.Errorf("read Stripe's description: %w", err)
	}
	var d description
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("parse Stripe's description: %w", err)
	}
	table := map[string]*param.Schema{}
	for _, s := range served {
		op, ok := d.Paths[s.path][s.method]
		if !ok {
			return nil, fmt.Errorf("stripe's description has no %s %s", s.method, s.path)
		}
		table[name(s.method, s.path)] = parameters(s.method, op)
	}
	text, err := json.MarshalIndent(table, "", " ")
	return append(text, '\n'), err
}

func name(method, path string) string {
	return map[string]string{"get": "GET", "post": "POST"}[method] + " " + path
}

// parameters joins what an operation takes in its query or its body. Ids in the
// path are the router's business.
func parameters(method string, op operation) *param.Schema {
	if method == "post" {
		body := op.RequestBody.Content["application/x-www-form-urlencoded"].Schema
		return convert(&body)
	}
	all := &param.Schema{Type: "object", Properties: map[string]*param.Schema{}}
	for _, p := range op.Parameters {
		if p.In == "query" {
			all.Properties[p.Name] = convert(&p.Schema)
		}
	}
	return all
}

func convert(s *schema) *param.Schema {
	if s == nil {
		return nil
	}
	out := &param.Schema{Type: s.Type, Required: s.Required, Items: convert(s.Items), Enum: s.Enum, MaxLength: s.MaxLength}
	for key, sub := range s.Properties {
		if out.Properties == nil {
			out.Properties = map[string]*param.Schema{}
		}
		out.Properties[key] = convert(sub)
	}
	for _, sub := range s.AnyOf {
		out.AnyOf = append(out.AnyOf, convert(sub))
	}
	var additional schema
	if json.Unmarshal(s.Additional, &additional) == nil && s.Additional != nil {
		out.Additional = convert(&additional)
	}
	return out
}
