package param

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// Check compares the fields of a request with schema and returns them with their
// types: strings, int64, float64, bool, []any and map[string]any.
func Check(schema *Schema, fields Tree) (map[string]any, *refusal.Error) {
	value, err := check(schema, fields, "")
	if err != nil {
		return nil, err
	}
	return value.(map[string]any), nil
}

// Decode fills a T, by its JSON names, with what Check returned.
func Decode[T any](checked map[string]any) (T, error) {
	var out T
	raw, err := json.Marshal(checked)
	if err != nil {
		return out, fmt.Errorf("encode checked parameters: %w", err)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, fmt.Errorf("decode checked parameters: %w", err)
	}
	return out, nil
}

func check(schema *Schema, value any, at string) (any, *refusal.Error) {
	if len(schema.AnyOf) > 0 {
		return checkAny(schema.AnyOf, value, at)
	}
	switch schema.Type {
	case "object":
		return checkObject(schema, value, at)
	case "array":
		return checkArray(schema, value, at)
	default:
		return checkScalar(schema, value, at)
	}
}

// checkAny takes the alternative that fits; when none does, the reason comes from
// the one of the same shape as the value, which is the one that was meant.
func checkAny(alternatives []*Schema, value any, at string) (any, *refusal.Error) {
	_, nested := value.(Tree)
	var reason *refusal.Error
	for _, schema := range alternatives {
		checked, err := check(schema, value, at)
		if err == nil {
			return checked, nil
		}
		sameShape := nested == (schema.Type == "object" || schema.Type == "array")
		if reason == nil || sameShape {
			reason = err
		}
	}
	return nil, reason
}

func checkObject(schema *Schema, value any, at string) (any, *refusal.Error) {
	fields, ok := value.(Tree)
	if !ok {
		return nil, refusal.Invalid(at, "", "Invalid object")
	}
	out := make(map[string]any, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		sub := schema.Properties[name]
		if sub == nil {
			sub = schema.Additional
		}
		if sub == nil {
			return nil, refusal.Invalid(join(at, name), "parameter_unknown", "Received unknown parameter: %s", join(at, name))
		}
		checked, err := check(sub, fields[name], join(at, name))
		if err != nil {
			return nil, err
		}
		out[name] = checked
	}
	for _, name := range schema.Required {
		if _, ok := out[name]; !ok {
			return nil, refusal.Missing(join(at, name))
		}
	}
	return out, nil
}

// checkArray accepts the indexes 0 to n-1 and no others.
func checkArray(schema *Schema, value any, at string) (any, *refusal.Error) {
	fields, ok := value.(Tree)
	if !ok {
		return nil, refusal.Invalid(at, "", "Invalid array")
	}
	out := make([]any, len(fields))
	for i := range out {
		name := strconv.Itoa(i)
		element, ok := fields[name]
		if !ok {
			return nil, refusal.Invalid(at, "", "Invalid array: element %d of %d is missing", i, len(fields))
		}
		checked, err := check(schema.Items, element, join(at, name))
		if err != nil {
			return nil, err
		}
		out[i] = checked
	}
	return out, nil
}

func checkScalar(schema *Schema, value any, at string) (any, *refusal.Error) {
	text, ok := value.(string)
	if !ok {
		return nil, refusal.Invalid(at, "", "Invalid %s", schema.Type)
	}
	switch schema.Type {
	case "integer":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || strings.HasPrefix(text, "+") {
			return nil, refusal.Invalid(at, "parameter_invalid_integer", "Invalid integer: %s", text)
		}
		return n, nil
	case "number":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, refusal.Invalid(at, "", "Invalid decimal: %s", text)
		}
		return n, nil
	case "boolean":
		if text != "true" && text != "false" {
			return nil, refusal.Invalid(at, "", "Invalid boolean: %s", text)
		}
		return text == "true", nil
	}
	return checkString(schema, text, at)
}

func checkString(schema *Schema, text, at string) (any, *refusal.Error) {
	if len(schema.Enum) > 0 && !slices.Contains(schema.Enum, text) {
		return nil, refusal.Invalid(at, "", "Invalid %s: must be one of %s", at, strings.Join(schema.Enum, ", "))
	}
	if schema.MaxLength > 0 && utf8.RuneCountInString(text) > schema.MaxLength {
		return nil, refusal.Invalid(at, "", "Invalid string: must be at most %d characters", schema.MaxLength)
	}
	// An empty value unsets a field, which only the schemas with "" among their
	// values allow. Metadata is one: its empty values leave the key out.
	if text == "" && len(schema.Enum) == 0 && !strings.Contains(at, "metadata[") {
		return nil, refusal.Invalid(at, "parameter_invalid_empty",
			"You passed an empty string for '%s'. We assume empty values are an attempt to unset a parameter; however '%s' cannot be unset. You should remove '%s' from your request or supply a non-empty value.", at, at, at)
	}
	return text, nil
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "[" + name + "]"
}
