package dnsprobe

import (
	"context"

	"github.com/miekg/dns"
)

// maxText bounds one TXT record. A longer one is cut, which makes it invalid where
// its length matters.
const maxText = 8 << 10

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
				found = append(found, value[:min(len(value), maxText)])
			}
		}
	}
	return found, a.exists, nil
}
