package table

import (
	"strings"
	"testing"
)

const before = `# Shop

<!-- variables:mailer -->
old
<!-- /variables -->
between
<!-- variables:storefront --><!-- /variables -->
end
`

const after = `# Shop

<!-- variables:mailer -->

| mailer |
|---|

<!-- /variables -->
between
<!-- variables:storefront -->

| $1 shop |

<!-- /variables -->
end
`

func tables() map[string][]byte {
	return map[string][]byte{"mailer": []byte("| mailer |\n|---|\n"), "storefront": []byte("| $1 shop |\n")}
}

func TestRender(t *testing.T) {
	for name, in := range map[string]string{"old tables": before, "its own output": after} {
		t.Run(name, func(t *testing.T) {
			got, err := Render([]byte(in), tables())
			if err != nil || string(got) != after {
				t.Errorf("%v\n%s", err, got)
			}
		})
	}
}

func TestRenderRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		in   string
		want []string
	}{
		"an empty readme":    {"", []string{"variables:mailer --> is missing", "variables:storefront --> is missing"}},
		"one marker missing": {strings.Replace(before, "variables:mailer", "variable:mailer", 1), []string{"variables:mailer --> is missing", "closes nothing"}},
		"not closed, at end": {strings.Replace(before, "--><!-- /variables -->", "-->", 1), []string{"variables:storefront --> is not closed"}},
		"not closed, midway": {strings.Replace(before, "old\n<!-- /variables -->", "old", 1), []string{"variables:mailer --> is not closed"}},
		"an unknown program": {before + "<!-- variables:pony --><!-- /variables -->", []string{"variables:pony -->: there is no program"}},
		"the same one twice": {before + before, []string{"variables:mailer --> stands there twice"}},
		"one end too many":   {before + "<!-- /variables -->", []string{"closes nothing"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Render([]byte(test.in), tables())
			if err == nil || got != nil {
				t.Fatalf("rendered %q, %v", got, err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not say %q:\n%v", want, err)
				}
			}
		})
	}
}
