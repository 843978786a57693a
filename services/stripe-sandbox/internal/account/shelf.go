package account

// shelf keeps the newest objects of one kind in the order they were made.
type shelf[T any] struct {
	limit int
	order []string
	byID  map[string]*T
}

func newShelf[T any](limit int) *shelf[T] {
	return &shelf[T]{limit: limit, byID: map[string]*T{}}
}

func (s *shelf[T]) add(id string, object *T) {
	if len(s.order) == s.limit {
		delete(s.byID, s.order[0])
		s.order = s.order[1:]
	}
	s.order = append(s.order, id)
	s.byID[id] = object
}

func (s *shelf[T]) get(id string) (*T, bool) {
	object, ok := s.byID[id]
	return object, ok
}

// newest returns copies of the objects that keep accepts, newest first.
func (s *shelf[T]) newest(keep func(*T) bool) []T {
	var out []T
	for i := len(s.order) - 1; i >= 0; i-- {
		if object := s.byID[s.order[i]]; keep(object) {
			out = append(out, *object)
		}
	}
	return out
}
