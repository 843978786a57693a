package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/go-playground/validator/v10"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"doorstep.example/pkg/config"
)

// Checker judges what a product's kind needs of its entry; package kind has them.
// The answer maps a key of the entry to what is wrong with it.
type Checker func(p Product, folder string) map[string]string

var slug = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// mapKey is how the validator writes the key of a map; in the file it is one like others.
var mapKey = regexp.MustCompile(`\[([^\]\d][^\]]*)\]`)

// Load reads and checks the catalogue at path. Everything that is wrong comes back
// at once as config.Errors, each line with file, line and reason.
func Load(path string, kinds map[string]Checker) (*Catalog, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, config.Errors{config.Bad("CATALOG_FILE", "cannot be read: %v", err)}
	}
	file, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return nil, config.Errors{located(path, err)}
	}
	var c Catalog
	if err := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(&c); err != nil {
		return nil, config.Errors{located(path, err)}
	}
	l := loader{path: path, file: file, kinds: kinds}
	l.rules(&c)
	l.kindsAndIDs(&c)
	l.languages(&c)
	l.files(&c)
	if len(l.errs) > 0 {
		return nil, l.errs
	}
	return &c, nil
}

type loader struct {
	path  string
	file  *ast.File
	kinds map[string]Checker
	errs  config.Errors
}

// rules applies the validate tags.
func (l *loader) rules(c *Catalog) {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(yamlName)
	if err := v.RegisterValidation("slug", func(f validator.FieldLevel) bool { return slug.MatchString(f.Field().String()) }); err != nil {
		panic("catalog: the slug rule cannot be registered: " + err.Error())
	}
	fields, ok := errors.AsType[validator.ValidationErrors](v.Struct(c))
	if !ok {
		return
	}
	for _, e := range fields {
		at := mapKey.ReplaceAllString(strings.TrimPrefix(e.Namespace(), "Catalog."), ".$1")
		l.add("$."+at, "%s %s", at, reason(e))
	}
}

// kindsAndIDs checks what spans entries or belongs to a kind.
func (l *loader) kindsAndIDs(c *Catalog) {
	seen, tiers := map[string]bool{}, map[string]bool{}
	for i, p := range c.Products {
		at := fmt.Sprintf("$.products[%d]", i)
		if seen[p.ID] && p.ID != "" {
			l.add(at+".id", "the product id %q appears twice", p.ID)
		}
		if tiers[p.Tier] && p.Tier != "" {
			l.add(at+".tier", "the tier %q is sold by two products", p.Tier)
		}
		seen[p.ID], tiers[p.Tier] = true, true
		check, ok := l.kinds[p.Kind]
		if !ok {
			if p.Kind != "" {
				l.add(at+".kind", "there is no product kind %q", p.Kind)
			}
			continue
		}
		for key, wrong := range check(p, filepath.Dir(l.path)) {
			l.add(at+"."+key, "%s %s", key, wrong)
		}
	}
}

func (l *loader) add(path, format string, args ...any) { l.addAt(l.line(path), format, args...) }

func (l *loader) addAt(line int, format string, args ...any) {
	l.errs = append(l.errs, fmt.Errorf("%s:%d: %s", l.path, line, fmt.Sprintf(format, args...)))
}

// line finds where path stands in the file; for a missing key, its nearest parent.
func (l *loader) line(path string) int {
	for path != "" {
		if p, err := yaml.PathString(path); err == nil {
			if node, err := p.FilterFile(l.file); err == nil && node != nil {
				return node.GetToken().Position.Line
			}
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 1 {
			break
		}
		path = path[:cut]
	}
	return 1
}

// located puts file and line in front of a YAML error.
func located(path string, err error) error {
	line, message := 1, err.Error()
	if e, ok := errors.AsType[yaml.Error](err); ok {
		message = e.GetMessage()
		if t := e.GetToken(); t != nil {
			line = position(t)
		}
	}
	return fmt.Errorf("%s:%d: %s", path, line, strings.ReplaceAll(message, "\n", " "))
}

func position(t *token.Token) int {
	if t.Position == nil {
		return 1
	}
	return t.Position.Line
}

// yamlName makes the validator speak of keys as they stand in the file.
func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}

// reason says in words what a rule wants.
func reason(e validator.FieldError) string {
	switch e.Tag() {
	case "required":
		return "is missing"
	case "min":
		return "must be at least " + e.Param()
	case "max", "len":
		return "must have " + map[string]string{"max": "at most ", "len": "exactly "}[e.Tag()] + e.Param() + " characters"
	case "email":
		return "must be an email address"
	case "url":
		return "must be a full URL"
	case "hexcolor":
		return "must be a colour such as #0f766e"
	case "slug":
		return "must be lower-case words joined by hyphens"
	case "oneof":
		return "must be one of " + e.Param()
	case "lowercase":
		return "must be lower case"
	default:
		return "breaks the rule " + e.Tag()
	}
}
