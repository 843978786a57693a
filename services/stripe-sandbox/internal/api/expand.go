package api

import (
	"bytes"
	"encoding/json"
	"strings"

	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// maxExpand is Stripe's limit for the depth of a path.
const maxExpand = 4

// expand replaces ids by their objects along the paths of the parameter expand,
// for example payment_intent.latest_charge or data.line_items.
func (a *API) expand(object any, params map[string]any) (any, *refusal.Error) {
	paths, _ := params["expand"].([]any)
	if len(paths) == 0 {
		return object, nil
	}
	tree := plain(object)
	for _, path := range paths {
		parts := strings.Split(path.(string), ".")
		if len(parts) > maxExpand || !a.expandPath(tree, parts) {
			return nil, refusal.Invalid("expand", "", "This property cannot be expanded (%s).", path)
		}
	}
	return tree, nil
}

// plain turns an object into maps.
func plain(object any) map[string]any {
	var tree map[string]any
	decoder := json.NewDecoder(bytes.NewReader(encode(object)))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		panic("api: an object is no JSON object: " + err.Error())
	}
	return tree
}

func (a *API) expandPath(tree map[string]any, parts []string) bool {
	if len(parts) == 0 {
		return true
	}
	name, rest := parts[0], parts[1:]
	if elements, ok := tree[name].([]any); ok && tree["object"] == "list" && name == "data" {
		for _, element := range elements {
			if !a.expandPath(element.(map[string]any), rest) {
				return false
			}
		}
		return true
	}
	if name == "line_items" && tree["object"] == "checkout.session" {
		s, err := a.Account.Session(tree["id"].(string))
		if err == nil {
			tree[name] = plain(lineItems(s))
		}
		return err == nil && len(rest) == 0
	}
	value, ok := tree[name]
	if id, isID := value.(string); isID {
		object := a.byID(id)
		if object == nil {
			return false
		}
		tree[name] = plain(object)
	}
	sub, nested := tree[name].(map[string]any)
	return ok && (value == nil || nested && a.expandPath(sub, rest))
}

// byID finds the object of an id that another object holds.
func (a *API) byID(id string) any {
	var object any
	var err *refusal.Error
	switch prefix, _, _ := strings.Cut(id, "_"); prefix {
	case "pi":
		object, err = a.Account.Intent(id)
	case "ch":
		object, err = a.Account.Charge(id)
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	return object
}

func lineItems(s account.Session) account.List[account.LineItem] {
	return account.List[account.LineItem]{Object: "list", URL: "/v1/checkout/sessions/" + s.ID + "/line_items", Data: s.LineItems()}
}
