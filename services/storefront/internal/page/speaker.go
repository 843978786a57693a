package page

import (
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"doorstep.example/pkg/lang"
)

// speaker says texts in one language; templates know its methods as functions.
type speaker struct{ *lang.Texts }

func (s speaker) funcs() template.FuncMap {
	return template.FuncMap{
		"t":        s.T,
		"say":      s.say,
		"field":    s.field,
		"check":    s.check,
		"message":  s.message,
		"markup":   s.markup,
		"money":    s.Money,
		"size":     s.Size,
		"duration": s.duration,
		"when":     s.when,
		"soft":     soft,
		"whole":    whole,
		"mail":     mail,
		"code":     code,
	}
}

// lookup returns the text of a key and whether there is one.
func (s speaker) lookup(key string, args ...any) (string, bool) {
	text := s.T(key, args...)
	return text, text != "⟦"+key+"⟧"
}

// say returns the text of a key; what is no key stands for itself, because other
// services refuse in whole sentences.
func (s speaker) say(key string, args ...any) string {
	if text, ok := s.lookup(key, args...); ok {
		return text
	}
	return key
}

// field returns a text of an input: its label, hint or help. A kind of product may
// ask for something that has none; then the label is the input's name.
func (s speaker) field(name, part string) string {
	if text, ok := s.lookup("field." + name + "." + part); ok {
		return text
	}
	if part == "label" {
		return name
	}
	return ""
}

// check returns what an audit is looking at: a newer engine may know checks that have
// no text here.
func (s speaker) check(p Progress) string {
	if text, ok := s.lookup("check." + p.Check); ok {
		return text
	}
	return p.Title
}

// message returns title or text of a message page: by its key, else by its status,
// else by the status's class.
func (s speaker) message(m Message, part string) string {
	for _, key := range []string{m.Key, strconv.Itoa(m.Status), strconv.Itoa(m.Status / 100 * 100)} {
		if text, ok := s.lookup("message." + key + "." + part); ok {
			return text
		}
	}
	return s.T("message.500." + part)
}

// duration keeps number and unit on one line.
func (s speaker) duration(d time.Duration) string {
	return strings.ReplaceAll(s.Duration(d), " ", "\u00a0")
}

// when is a time in UTC that live.js writes anew in the reader's zone. The style is
// clock, day or moment.
func (s speaker) when(style string, at time.Time) template.HTML {
	text := map[string]func(time.Time) string{"clock": s.Clock, "day": s.Day, "moment": s.Moment}[style](at)
	return template.HTML(fmt.Sprintf(`<time datetime="%s" data-local="%s">%s</time>`,
		at.UTC().Format(time.RFC3339), style, template.HTMLEscapeString(text)))
}

// markup is T for texts with elements in them: arguments of type template.HTML stay
// as they are, the text and all others are escaped.
func (s speaker) markup(key string, args ...any) template.HTML {
	var restore []string
	plain := make([]any, len(args))
	for i, arg := range args {
		plain[i] = arg
		if element, ok := arg.(template.HTML); ok {
			mark := fmt.Sprintf("\x01%d\x01", i) // no text and no address has such a character
			plain[i] = mark
			restore = append(restore, mark, string(element))
		}
	}
	escaped := template.HTMLEscapeString(s.T(key, plain...))
	return template.HTML(strings.NewReplacer(restore...).Replace(escaped))
}

// joints are where an address or a file name may be broken; after a hyphen browsers
// break by themselves.
var joints = strings.NewReplacer("@", "@<wbr>", "/", "/<wbr>", "_", "_<wbr>")

// soft is a long word that a narrow column breaks where a reader would.
func soft(word string) template.HTML {
	return template.HTML(`<span class="break">` + joints.Replace(template.HTMLEscapeString(word)) + `</span>`)
}

// whole is a long word in a sentence: it is broken only where it fills a line alone.
func whole(word string) template.HTML {
	return template.HTML(`<span class="break">` + template.HTMLEscapeString(word) + `</span>`)
}

// mail is a link that opens a mail program; the subject may be empty.
func mail(address, subject string) template.HTML {
	to := url.URL{Scheme: "mailto", Opaque: address}
	if subject != "" {
		to.RawQuery = "subject=" + url.PathEscape(subject)
	}
	return template.HTML(`<a class="break" href="` + template.HTMLEscapeString(to.String()) + `">` + template.HTMLEscapeString(address) + `</a>`)
}

func code(text string) template.HTML {
	return template.HTML("<code>" + template.HTMLEscapeString(text) + "</code>")
}

// Say returns the text of a key for those who are not shown a page; what is no key
// stands for itself.
func (r *Renderer) Say(tag, key string, args ...any) string {
	return speaker{r.texts.In(r.offer(tag))}.say(key, args...)
}
