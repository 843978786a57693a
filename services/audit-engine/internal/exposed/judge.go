package exposed

import "net/http"

// verdict is what became of a row.
type verdict int

const (
	unasked verdict = iota // the zero value: nothing is known
	absent
	protected  // the site asked for a password, or refused
	disallowed // by robots.txt
	unclear    // the answer did not come whole
	found
)

// control is the answer to a made-up name.
type control struct {
	answer
	path   string
	sketch sketch
}

func newControl(path string, a answer) control {
	return control{answer: a, path: path, sketch: newSketch(path, a.body)}
}

// judge says whether a is the file that row looks for. seen may be shown.
func judge(row Row, a answer, controls []control) (seen string, v verdict) {
	switch a.status {
	case http.StatusOK, http.StatusPartialContent:
	case http.StatusUnauthorized, http.StatusForbidden:
		return "", protected
	default:
		return "", absent
	}
	seen, ok := row.content(a)
	if !ok {
		return "", absent
	}
	this := newSketch(row.Path, a.body)
	for _, c := range controls {
		if _, same := row.content(c.answer); same || this.like(c.sketch) {
			return "", absent
		}
	}
	return seen, found
}
