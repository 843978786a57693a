package api

import (
	"encoding/json"

	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// The size of a page.
const (
	defaultLimit = 10
	maxLimit     = 100
)

// cursor is what every list takes.
type cursor struct {
	Limit         *int64   `json:"limit"`
	StartingAfter string   `json:"starting_after"`
	EndingBefore  string   `json:"ending_before"`
	Created       *between `json:"created"`
}

// between is a range of times, or one time.
type between struct {
	Gt  *int64 `json:"gt"`
	Gte *int64 `json:"gte"`
	Lt  *int64 `json:"lt"`
	Lte *int64 `json:"lte"`
}

// UnmarshalJSON reads {"gte":…} or a bare time.
func (b *between) UnmarshalJSON(raw []byte) error {
	var at int64
	if json.Unmarshal(raw, &at) == nil {
		b.Gte, b.Lte = &at, &at
		return nil
	}
	type plain between // without this method
	return json.Unmarshal(raw, (*plain)(b))
}

func (b *between) holds(at int64) bool {
	return b == nil || (b.Gt == nil || at > *b.Gt) && (b.Gte == nil || at >= *b.Gte) &&
		(b.Lt == nil || at < *b.Lt) && (b.Lte == nil || at <= *b.Lte)
}

// list describes how one kind of object is listed.
type list[T any] struct {
	what    string // for the refusal of an unknown cursor
	url     string
	id      func(*T) string
	created func(*T) int64
	all     func(keep func(*T) bool) []T // newest first
	match   func(*T) bool                // the filters beside created
}

// page returns the part of a list that c asks for.
func (l list[T]) page(c cursor) (any, *refusal.Error) {
	limit := int64(defaultLimit)
	if c.Limit != nil {
		limit = *c.Limit
	}
	switch {
	case limit < 1:
		return nil, refusal.Invalid("limit", "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	case limit > maxLimit:
		return nil, refusal.Invalid("limit", "parameter_invalid_integer", "This value must be less than or equal to %d.", maxLimit)
	case c.StartingAfter != "" && c.EndingBefore != "":
		return nil, refusal.Invalid("ending_before", "", "You may pass either starting_after or ending_before, but not both.")
	}
	data, known := l.walk(c, int(limit))
	if !known && c.StartingAfter != "" {
		return nil, refusal.Unknown(l.what, c.StartingAfter, "starting_after")
	}
	if !known && c.EndingBefore != "" {
		return nil, refusal.Unknown(l.what, c.EndingBefore, "ending_before")
	}
	out := account.List[T]{Object: "list", URL: l.url, HasMore: len(data) > int(limit), Data: data}
	if out.HasMore && c.EndingBefore != "" {
		out.Data = data[len(data)-int(limit):] // the nearest to the cursor
	} else if out.HasMore {
		out.Data = data[:limit]
	}
	return out, nil
}

// walk goes through the list once, under its lock, and copies what is wanted and
// at most one more, which tells whether there is more. Before a cursor it cannot
// know which are the nearest, so there it copies them all.
func (l list[T]) walk(c cursor, limit int) (data []T, known bool) {
	inside, taken := c.StartingAfter == "", 0
	data = l.all(func(object *T) bool {
		switch l.id(object) {
		case c.StartingAfter:
			inside, known = true, true
			return false
		case c.EndingBefore:
			inside, known = false, true
			return false
		}
		if !inside || c.EndingBefore == "" && taken > limit || !c.Created.holds(l.created(object)) || !l.match(object) {
			return false
		}
		taken++
		return true
	})
	if data == nil {
		data = []T{} // [] in JSON, not null
	}
	return data, known
}

// is reports whether a filter is off or fits.
func is(filter, value string) bool { return filter == "" || filter == value }

// refers is the same for a value that may be missing.
func refers(filter string, value *string) bool {
	return filter == "" || value != nil && filter == *value
}
