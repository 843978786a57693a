package notify

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

const saysLate = "there was no answer in time"

var errPanic = errors.New("the library broke down")

// causes are the ways in which a send fails, by what the errors of Go's network and
// of the library have in them.
var causes = []struct{ mark, says string }{
	{"connection refused", "the connection was refused"},
	{"no such host", "the host's name is not known"},
	{"deadline exceeded", saysLate},
	{"i/o timeout", saysLate},
	{"certificate", "the host's certificate is not accepted"},
	{"connection reset", "the connection broke off"},
	{"EOF", "the connection broke off"},
	{errPanic.Error(), errPanic.Error()},
}

// explain says in our own words why a send failed. The error's own text must not get
// any further: it has the URL with its token in it.
func explain(err error) string {
	text := err.Error()
	for code := http.StatusBadRequest; code < 600; code++ {
		if status := fmt.Sprintf("%d %s", code, http.StatusText(code)); http.StatusText(code) != "" && strings.Contains(text, status) {
			return "the answer was " + status
		}
	}
	for _, cause := range causes {
		if strings.Contains(text, cause.mark) || strings.Contains(text, cause.says) {
			return cause.says
		}
	}
	return "it was not accepted"
}
