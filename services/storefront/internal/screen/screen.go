package screen

import (
	"bufio"
	"cmp"
	"io"
	"strings"
	"unicode/utf8"
)

// Field is an input of a form, by its name there.
type Field string

// The fields that are judged.
const (
	FieldEmail      Field = "customer_email"
	FieldName       Field = "contact_name"
	FieldCompany    Field = "company"
	FieldMessage    Field = "message"
	FieldTargetURL  Field = "target_url"
	FieldTargetName Field = "target_name"
	FieldHoneypot   Field = "honeypot"
)

// Form is what a stranger filled in. All fields may be empty.
type Form struct {
	Email      string
	Name       string
	Company    string
	Message    string // free text, the only field of more than one line
	TargetURL  string // of audits
	TargetName string
	Honeypot   string // an input that people do not see
}

// Kind is what a form is taken for.
type Kind string

// The kinds of forms. Legitimate and Test pass.
const (
	Legitimate Kind = "legitimate"
	Test       Kind = "test"    // an operator's trial; a label, nothing more
	Spam       Kind = "spam"    // unmistakable
	Attack     Kind = "attack"  // holds what only an attack holds
	Invalid    Kind = "invalid" // no judgement of intent: the field needs correction
)

// Verdict is the judgement of a form.
type Verdict struct {
	Kind Kind
	// Field decided it; empty when nothing did.
	Field Field
	// Reason is for operators and the log: "FIELD: RULE", made of this package's words
	// alone. Empty when Field is.
	Reason string
	// Warnings are for the buyer, of a form that passes. They stop nothing.
	Warnings []Warning
}

// Refused reports whether nothing may be sold or sent for the form.
func (v Verdict) Refused() bool { return v.Kind != Legitimate && v.Kind != Test }

// Key names a text for the buyer, to be found in every language's messages.
type Key string

// Warning is something the buyer may want to look at again.
type Warning struct {
	Field Field
	Key   Key
	// Suggestion is the mail domain that was probably meant, such as "gmail.com".
	// Only WarnTypo has one.
	Suggestion string
}

// Longest values, in characters.
const (
	maxEmail   = 254  // what mail can reach (RFC 5321, section 4.5.3.1.3)
	maxName    = 120  // what the forms take
	maxMessage = 5000 // two printed pages
	maxURL     = 2048 // what the audit engine takes
)

// rule names what decided a verdict.
type rule string

const (
	ruleTooLong  rule = "too_long"
	ruleEncoding rule = "invalid_utf8"
	ruleNUL      rule = "nul_byte"
)

// Screener judges forms. It does not change and may be used by many at once.
type Screener struct {
	disposable map[string]struct{}
}

// New returns a Screener that knows the built-in disposable mail domains and those in
// extra, which may be nil: one domain a line; empty lines and lines that begin with #
// are skipped. The error names the line that is no domain.
func New(extra io.Reader) (*Screener, error) {
	s := &Screener{disposable: map[string]struct{}{}}
	if err := s.read(strings.NewReader(builtIn)); err != nil {
		return nil, err
	}
	if extra == nil {
		return s, nil
	}
	return s, s.read(bufio.NewReader(extra))
}

// value is one filled field.
type value struct {
	field Field
	text  string
	most  int // characters
}

// Judge returns the verdict on f.
func (s *Screener) Judge(f Form) Verdict {
	values := []value{
		{FieldEmail, f.Email, maxEmail},
		{FieldName, f.Name, maxName},
		{FieldCompany, f.Company, maxName},
		{FieldMessage, f.Message, maxMessage},
		{FieldTargetURL, f.TargetURL, maxURL},
		{FieldTargetName, f.TargetName, maxName},
	}
	for _, v := range values {
		if r := malformed(v); r != "" {
			return verdict(Invalid, v.field, r)
		}
	}
	for _, v := range values {
		if r := attack(v); r != "" {
			return verdict(Attack, v.field, r)
		}
	}
	if f.Honeypot != "" {
		return verdict(Spam, FieldHoneypot, ruleHoneypot)
	}
	if onlyLinks(f.Message) {
		return verdict(Spam, FieldMessage, ruleOnlyLinks)
	}
	result := Verdict{Kind: Legitimate}
	if reserved(domainOf(f.Email)) {
		result = verdict(Test, FieldEmail, ruleReserved)
	}
	result.Warnings = s.warnings(f.Email)
	return result
}

func verdict(k Kind, f Field, r rule) Verdict {
	return Verdict{Kind: k, Field: f, Reason: string(f) + ": " + string(r)}
}

// malformed comes before everything that reads the text, so that nothing else has to
// bear more than the cap.
func malformed(v value) rule {
	switch {
	case len(v.text) > v.most*utf8.UTFMax || utf8.RuneCountInString(v.text) > v.most:
		return ruleTooLong
	case !utf8.ValidString(v.text):
		return ruleEncoding
	case strings.ContainsRune(v.text, 0):
		return ruleNUL
	}
	return ""
}

// attack returns the first rule that v breaks.
func attack(v value) rule {
	switch v.field {
	case FieldMessage:
		return attackInMessage(v.text)
	case FieldTargetURL:
		return cmp.Or(firstIn(urlRules, v.text), firstIn(lineRules, v.text))
	}
	return firstIn(lineRules, v.text)
}
