package page

// Trap is the name of an input that people do not see and programs fill in.
const Trap = "homepage"

// Confirm is the name of the box by which a buyer says that a doubted value is right;
// it is posted with the value yes.
const Confirm = "confirm"

// Form is a form that a visitor fills. One that was refused comes back with the same
// values and says at each field what is wrong, or what seems odd.
type Form struct {
	Action string // where it posts to; empty: the page's usual place
	Token  string // posted as form_token: one order a token; may be empty
	Hidden []Hidden
	Fields []Field
	Error  string // what is wrong beside the fields: a key or a text
}

// Field is one input. Its label, hint and help are the texts under field.NAME.
type Field struct {
	Name         string
	Type         string // text, url, email or textarea; empty means text
	Value        string
	Required     bool
	MaxLength    int    // 0: the browser does not limit it
	Autocomplete string // of HTML: "email", "url", "organization", …
	Pattern      string
	Error        string // why the value will not do: a key such as "form.required", or a text
	Warning      string // why it is doubted: a key such as "warn.typo", or a text
	Suggestion   string // what was probably meant, for a warning that says it
}

// Refused reports whether the form comes back with something to correct.
func (f Form) Refused() bool {
	return f.Error != "" || f.any(func(field Field) bool { return field.Error != "" })
}

// Doubted reports whether the form comes back with something to confirm.
func (f Form) Doubted() bool {
	return f.any(func(field Field) bool { return field.Warning != "" })
}

func (f Form) any(is func(Field) bool) bool {
	for _, field := range f.Fields {
		if is(field) {
			return true
		}
	}
	return false
}
