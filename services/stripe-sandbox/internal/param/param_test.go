package param

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in   string
		want Tree
	}{
		{"", Tree{}},
		{"a=1&b=%26x+y", Tree{"a": "1", "b": "&x y"}},
		{"a=1&a=2", Tree{"a": "2"}},
		{"m[k]=v&m[l]=w", Tree{"m": Tree{"k": "v", "l": "w"}}},
		{"e[]=x&e[]=y", Tree{"e": Tree{"0": "x", "1": "y"}}},
		{"l[0][n]=1&l[1][n]=2", Tree{"l": Tree{"0": Tree{"n": "1"}, "1": Tree{"n": "2"}}}},
		{"l[][n]=1&l[][m]=2&l[][n]=3", Tree{"l": Tree{"0": Tree{"n": "1", "m": "2"}, "1": Tree{"n": "3"}}}},
	} {
		got, err := Parse(test.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.in, err)
			continue
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", test.in, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"a=%zz", "%zz=1", "=1", "[a]=1", "a]=1", "a[b=1", "a[b]c=1", "a[[b]]=1",
		"a=1&a[b]=2", "a[b]=1&a=2",
		"a" + strings.Repeat("[b]", maxDepth) + "=1",
		strings.Repeat("a=1&", maxFields+1),
	} {
		if tree, err := Parse(in); err == nil {
			t.Errorf("Parse(%.40q) = %v, want a refusal", in, tree)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	create := Operation("POST /v1/checkout/sessions")
	events := Operation("GET /v1/events")
	refunds := Operation("POST /v1/refunds")
	for _, test := range []struct {
		name        string
		schema      *Schema
		in          string
		code, param string // of the refusal; both empty for none
		want        map[string]any
	}{
		{name: "types", schema: create, in: "expires_at=12&allow_promotion_codes=true&metadata[a]=", want: map[string]any{
			"expires_at": int64(12), "allow_promotion_codes": true, "metadata": map[string]any{"a": ""}}},
		{name: "list", schema: create, in: "payment_method_types[]=card", want: map[string]any{"payment_method_types": []any{"card"}}},
		{name: "either object", schema: events, in: "created[gte]=5", want: map[string]any{"created": map[string]any{"gte": int64(5)}}},
		{name: "or number", schema: events, in: "created=5", want: map[string]any{"created": int64(5)}},
		{name: "empty metadata", schema: refunds, in: "metadata=", want: map[string]any{"metadata": ""}},
		{name: "unknown", schema: create, in: "colour=red", code: "parameter_unknown", param: "colour"},
		{name: "unknown inside", schema: create, in: "line_items[0][price_data][currency]=usd&line_items[0][price_data][colour]=red", code: "parameter_unknown", param: "line_items[0][price_data][colour]"},
		{name: "enum", schema: create, in: "mode=gift", param: "mode"},
		{name: "integer", schema: create, in: "expires_at=soon", code: "parameter_invalid_integer", param: "expires_at"},
		{name: "integer with sign", schema: create, in: "expires_at=%2B5", code: "parameter_invalid_integer", param: "expires_at"},
		{name: "boolean", schema: create, in: "allow_promotion_codes=1", param: "allow_promotion_codes"},
		{name: "number", schema: create, in: "subscription_data[application_fee_percent]=NaN", param: "subscription_data[application_fee_percent]"},
		{name: "required inside", schema: create, in: "line_items[0][price_data][unit_amount]=5", code: "parameter_missing", param: "line_items[0][price_data][currency]"},
		{name: "string for object", schema: create, in: "automatic_tax=true", param: "automatic_tax"},
		{name: "object for string", schema: create, in: "success_url[a]=b", param: "success_url"},
		{name: "string for list", schema: create, in: "line_items=1", param: "line_items"},
		{name: "hole in a list", schema: create, in: "payment_method_types[1]=card", param: "payment_method_types"},
		{name: "too long", schema: create, in: "client_reference_id=" + strings.Repeat("ä", 201), param: "client_reference_id"},
		{name: "empty", schema: create, in: "success_url=", code: "parameter_invalid_empty", param: "success_url"},
		{name: "wrong alternative", schema: events, in: "created[after]=5", code: "parameter_unknown", param: "created[after]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tree, err := Parse(test.in)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Check(test.schema, tree)
			if test.param == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				return
			}
			if err == nil || err.Code != test.code || err.Param != test.param || err.Status != 400 {
				t.Errorf("got %+v, want code %q for %q", err, test.code, test.param)
			}
		})
	}
}

// FuzzParse looks for fields that panic, or for values that Check lets through
// although a JSON encoder refuses them.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a[][b]=1&a[][b]=2", "metadata[x]=y&expand[]=z", "a[0]=1&a[]=2", "line_items[0][quantity]=9"} {
		f.Add(seed)
	}
	schema := Operation("POST /v1/checkout/sessions")
	f.Fuzz(func(t *testing.T, in string) {
		tree, err := Parse(in)
		if err != nil {
			return
		}
		checked, err := Check(schema, tree)
		if err != nil {
			return
		}
		if _, err := Decode[map[string]any](checked); err != nil {
			t.Errorf("Decode after Check of %q: %v", url.QueryEscape(in), err)
		}
	})
}
