package param

import (
	_ "embed"
	"encoding/json"
)

// Schema says what a parameter may be. It is the part of OpenAPI that Stripe's
// description of its parameters uses.
type Schema struct {
	Type       string             `json:"type,omitempty"`
	Properties map[string]*Schema `json:"properties,omitempty"`
	Required   []string           `json:"required,omitempty"`
	Items      *Schema            `json:"items,omitempty"`
	Enum       []string           `json:"enum,omitempty"`
	AnyOf      []*Schema          `json:"anyOf,omitempty"`
	MaxLength  int                `json:"maxLength,omitempty"`
	// Additional is the schema of values under keys that the caller chooses.
	Additional *Schema `json:"additional,omitempty"`
}

// Operation returns the schema of an operation's parameters, for example
// "POST /v1/refunds". One that the table lacks is a bug: every route has one.
func Operation(name string) *Schema {
	schema, ok := operations[name]
	if !ok {
		panic("param: operations.json has no " + name)
	}
	return schema
}

//go:embed operations.json
var operationsJSON []byte

var operations = func() map[string]*Schema {
	table := map[string]*Schema{}
	if err := json.Unmarshal(operationsJSON, &table); err != nil {
		panic("param: operations.json: " + err.Error())
	}
	return table
}()
