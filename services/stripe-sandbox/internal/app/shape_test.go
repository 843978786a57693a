package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"doorstep.example/pkg/database/databasetest"
)

// schema is OpenAPI's description of an answer.
type schema struct {
	Ref        string             `json:"$ref"`
	Type       string             `json:"type"`
	Nullable   bool               `json:"nullable"`
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Items      *schema            `json:"items"`
	Enum       []any              `json:"enum"` // strings, and true for `deleted`
	AnyOf      []*schema          `json:"anyOf"`
}

// TestAnswersHaveStripesShape compares every kind of object that the sandbox
// answers with Stripe's own description of it: required fields, no field that
// Stripe does not have, types, values of enumerations.
func TestAnswersHaveStripesShape(t *testing.T) {
	t.Parallel()
	shapes := stripeShapes(t)
	s := start(t)
	s.open()
	declined := s.open()
	s.pay(declined.ID, "card", "4000000000000002")
	debit := s.open()
	s.pay(debit.ID, "card", "sepa_debit")
	session := s.paid()
	var charges struct{ Data []struct{ ID string } }
	_, body := s.raw(http.MethodGet, "/v1/charges?payment_intent="+session.PaymentIntent.ID, "", "sk_test_x")
	if err := json.Unmarshal([]byte(body), &charges); err != nil {
		t.Fatal(err)
	}
	s.raw(http.MethodPost, "/v1/refunds", "amount=100&charge="+charges.Data[0].ID, "sk_test_x")
	s.control("/sandbox/disputes", `{"charge":"`+charges.Data[0].ID+`"}`, nil)
	for kind, path := range map[string]string{
		"checkout.session": "/v1/checkout/sessions",
		"item":             "/v1/checkout/sessions/" + session.ID + "/line_items",
		"event":            "/v1/events",
		"charge":           "/v1/charges",
		"refund":           "/v1/refunds",
		"dispute":          "/v1/disputes",
		"webhook_endpoint": "/v1/webhook_endpoints",
	} {
		status, body := s.raw(http.MethodGet, path, "", "sk_test_x")
		var list struct{ Data []any }
		if err := json.Unmarshal([]byte(body), &list); err != nil || status != http.StatusOK || len(list.Data) == 0 {
			t.Errorf("%s: %d, %v, %d objects", path, status, err, len(list.Data))
		}
		for _, object := range list.Data {
			for _, problem := range shapes.compare(&schema{Ref: kind}, object, kind) {
				t.Error(problem)
			}
			if event, ok := object.(map[string]any); ok && kind == "event" {
				about := event["data"].(map[string]any)["object"]
				name := about.(map[string]any)["object"].(string)
				for _, problem := range shapes.compare(&schema{Ref: name}, about, event["type"].(string)) {
					t.Error(problem)
				}
			}
		}
	}
}

// shapes are Stripe's schemas by name.
type shapes map[string]*schema

func stripeShapes(t *testing.T) shapes {
	t.Helper()
	const module = "github.com/stripe/stripe-mock@v0.183.0"
	out, err := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", module).Output()
	if err != nil {
		databasetest.Missing(t, "stripe-mock's source (go mod download "+module+"): "+err.Error())
	}
	var at struct{ Dir string }
	if err := json.Unmarshal(out, &at); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(at.Dir, "embedded", "openapi", "spec3.json"))
	if err != nil {
		t.Fatal(err)
	}
	var description struct{ Components struct{ Schemas shapes } }
	if err := json.Unmarshal(raw, &description); err != nil {
		t.Fatal(err)
	}
	return description.Components.Schemas
}

// compare lists what value does not have in common with s.
func (all shapes) compare(s *schema, value any, at string) []string {
	if s.Ref != "" {
		name := s.Ref[strings.LastIndex(s.Ref, "/")+1:]
		if all[name] == nil {
			return []string{at + ": Stripe has no " + name}
		}
		return all.compare(all[name], value, at)
	}
	if value == nil {
		if !s.Nullable {
			return []string{at + ": null, which Stripe never sends"}
		}
		return nil
	}
	if len(s.AnyOf) > 0 {
		var problems []string
		for _, option := range s.AnyOf {
			if problems = all.compare(option, value, at); len(problems) == 0 {
				return nil
			}
		}
		return problems
	}
	switch v := value.(type) {
	case map[string]any:
		return all.compareObject(s, v, at)
	case []any:
		var problems []string
		for i, element := range v {
			problems = append(problems, all.compare(s.Items, element, fmt.Sprintf("%s[%d]", at, i))...)
		}
		return problems
	case string:
		if s.Type != "string" || len(s.Enum) > 0 && !slices.Contains(s.Enum, any(v)) {
			return []string{fmt.Sprintf("%s: %q, want %s %v", at, v, s.Type, s.Enum)}
		}
	case float64:
		if s.Type != "integer" && s.Type != "number" {
			return []string{at + ": a number, want " + s.Type}
		}
	case bool:
		if s.Type != "boolean" {
			return []string{at + ": a boolean, want " + s.Type}
		}
	}
	return nil
}

func (all shapes) compareObject(s *schema, object map[string]any, at string) []string {
	if s.Type != "object" {
		return []string{at + ": an object, want " + s.Type}
	}
	var problems []string
	for _, name := range s.Required {
		if _, ok := object[name]; !ok {
			problems = append(problems, at+"."+name+": missing")
		}
	}
	for name, value := range object {
		if len(s.Properties) == 0 {
			break // metadata and the like
		}
		if s.Properties[name] == nil {
			problems = append(problems, at+"."+name+": Stripe has no such field")
			continue
		}
		problems = append(problems, all.compare(s.Properties[name], value, at+"."+name)...)
	}
	return problems
}
