package dnsprobe

import (
	"context"

	"github.com/miekg/dns"
)

// texts returns the TXT records of name that wanted picks, and whether the name
// exists.
func (s *session) texts(ctx context.Context, name string, wanted func(string) bool) (found []string, exists bool, err error) {
	a, err := s.ask(ctx, name, dns.TypeTXT)
	if err != nil {
		return nil, false, err
	}
	for _, record := range a.records {
		if txt, ok := record.(*dns.TXT); ok {
			if value := text(txt); wanted(value) {
				found = append(found, value)
			}
		}
	}
	return found, a.exists, nil
}
