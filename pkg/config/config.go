// Package config reads a program's configuration from environment variables.
//
// A program describes its variables in one struct with envconfig tags:
//
//	type Config struct {
//		config.Common
//		Addr   string        `envconfig:"MAILER_ADDR" default:"127.0.0.1:5001" desc:"address to listen on"`
//		Secret config.Secret `envconfig:"RESEND_API_KEY" desc:"key of the Resend account"`
//	}
//
// Load fills it. Three things differ from plain envconfig, because each has cost
// somebody a night:
//
//   - every bad variable is reported, not only the first;
//   - a variable set to the empty string counts as not set, so that `FOO=` in a
//     compose file neither satisfies `required` nor switches off a default;
//   - every variable may be given as NAME_FILE, the path of a file with its value.
package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/kelseyhightower/envconfig"
)

// Validator is implemented by configurations, and by structs embedded in them,
// that check what a type cannot. It returns one error a bad variable; use Bad to
// make them.
type Validator interface{ Validate() []error }

// VariableError is what is wrong with one variable.
type VariableError struct {
	Name, Reason string
	cause        error // may be nil
}

func (e *VariableError) Error() string { return e.Name + ": " + e.Reason }

// Unwrap returns the error that was among the arguments of Bad.
func (e *VariableError) Unwrap() error { return e.cause }

// Bad returns the error for one variable: its name, what is wrong, what to do. An
// error among args is its cause.
func Bad(name, format string, args ...any) error {
	e := &VariableError{Name: name, Reason: fmt.Sprintf(format, args...)}
	for _, arg := range args {
		if cause, ok := arg.(error); ok {
			e.cause = cause
		}
	}
	return e
}

// Errors is everything that is wrong with a configuration, one line each.
type Errors []error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the single errors.
func (e Errors) Unwrap() []error { return e }

// Variable describes one variable of a program.
type Variable struct {
	Name, Type, Default, Description string
	Required                         bool
}

// Load fills spec, a pointer to a struct, from the environment. All that is
// wrong comes back at once as Errors. Error texts never hold a value.
func Load(spec any) error {
	var errs Errors
	walk(reflect.ValueOf(spec).Elem(), func(field reflect.StructField, value reflect.Value) {
		if err := load(field, value); err != nil {
			errs = append(errs, err)
		}
	})
	errs = append(errs, validate(reflect.ValueOf(spec).Elem())...)
	if len(errs) == 0 {
		return nil
	}
	return firstByName(errs)
}

// validate asks v and the structs embedded in it.
func validate(v reflect.Value) []error {
	var errs []error
	for i := range v.NumField() {
		if v.Type().Field(i).Anonymous {
			errs = append(errs, validate(v.Field(i))...)
		}
	}
	if validator, ok := v.Addr().Interface().(Validator); ok {
		errs = append(errs, validator.Validate()...)
	}
	return errs
}

// firstByName keeps the first error of each variable: one that could not be read
// is not also reported as missing, and a promoted Validate is not heard twice.
func firstByName(errs Errors) Errors {
	seen := map[string]bool{}
	return slices.DeleteFunc(errs, func(err error) bool {
		bad, ok := errors.AsType[*VariableError](err)
		if !ok {
			return false
		}
		duplicate := seen[bad.Name]
		seen[bad.Name] = true
		return duplicate
	})
}

// Variables lists the variables of spec in the order of its fields.
func Variables(spec any) []Variable {
	var vars []Variable
	walk(reflect.ValueOf(spec).Elem(), func(field reflect.StructField, _ reflect.Value) {
		vars = append(vars, Variable{
			Name:        field.Tag.Get("envconfig"),
			Type:        typeName(field.Type),
			Default:     field.Tag.Get("default"),
			Description: field.Tag.Get("desc"),
			Required:    field.Tag.Get("required") == "true",
		})
	})
	return vars
}

// walk visits every field with an envconfig tag; embedded structs are flattened.
func walk(v reflect.Value, visit func(reflect.StructField, reflect.Value)) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Anonymous {
			walk(v.Field(i), visit)
			continue
		}
		if field.Tag.Get("envconfig") != "" {
			visit(field, v.Field(i))
		}
	}
}

// load reads one variable. Each field goes through envconfig as a struct of its
// own, because Process stops at the first error of a struct.
func load(field reflect.StructField, value reflect.Value) error {
	name := field.Tag.Get("envconfig")
	if err := readFile(name); err != nil {
		return err
	}
	if os.Getenv(name) == "" {
		if field.Tag.Get("required") == "true" {
			return Bad(name, "is required: %s", field.Tag.Get("desc"))
		}
		if err := os.Unsetenv(name); err != nil {
			return Bad(name, "cannot be cleared: %v", err)
		}
	}
	single := reflect.New(reflect.StructOf([]reflect.StructField{{
		Name: field.Name, Type: field.Type, Tag: field.Tag,
	}}))
	if err := envconfig.Process("", single.Interface()); err != nil {
		if parse, ok := errors.AsType[*envconfig.ParseError](err); ok {
			return Bad(name, "must be %s (%s)", typeName(field.Type), withoutValue(parse))
		}
		return Bad(name, "cannot be read")
	}
	value.Set(single.Elem().Field(0))
	return nil
}

// withoutValue keeps the reason of a parse error and drops the rejected value,
// which might be a secret in the wrong variable.
func withoutValue(e *envconfig.ParseError) string {
	return strings.ReplaceAll(e.Err.Error(), e.Value, "…")
}

// readFile sets NAME from the file that NAME_FILE names.
func readFile(name string) error {
	path := os.Getenv(name + "_FILE")
	if path == "" {
		return nil
	}
	if os.Getenv(name) != "" {
		return Bad(name, "is set together with %s_FILE: set one of them", name)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return Bad(name+"_FILE", "cannot be read: %v", err)
	}
	return os.Setenv(name, strings.TrimRight(string(raw), "\r\n"))
}

// typeName names a type the way an operator would.
func typeName(t reflect.Type) string {
	if named, ok := reflect.New(t).Interface().(interface{ TypeName() string }); ok {
		return named.TypeName()
	}
	switch {
	case t.String() == "time.Duration":
		return "duration"
	case t.Kind() == reflect.Slice:
		return "comma list"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case strings.HasPrefix(t.Kind().String(), "int"), strings.HasPrefix(t.Kind().String(), "uint"):
		return "number"
	case strings.HasPrefix(t.Kind().String(), "float"):
		return "number"
	default:
		return "text"
	}
}
