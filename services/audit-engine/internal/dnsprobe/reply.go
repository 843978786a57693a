package dnsprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// maxRecords is how many records a reply may have. An honest set is far smaller. A
// longer one is an error: with a part left out, something would seem absent.
const maxRecords = 500

// errOdd is the reason for the report why a reply is not taken.
var errOdd = errors.New("the DNS gave an answer that cannot be read")

var errNotOurs = errors.New("not a reply to the question")

// readReply reads raw as the reply to question. A reply with another id, another
// question or another opcode is an error.
func readReply(question *dns.Msg, raw []byte) (*dns.Msg, error) {
	var reply dns.Msg
	if err := reply.Unpack(raw); err != nil {
		return nil, fmt.Errorf("read the reply: %w", err)
	}
	if reply.Id != question.Id || !reply.Response || reply.Opcode != dns.OpcodeQuery || len(reply.Question) != 1 {
		return nil, errNotOurs
	}
	asked, answered := question.Question[0], reply.Question[0]
	if !strings.EqualFold(asked.Name, answered.Name) || asked.Qtype != answered.Qtype || asked.Qclass != answered.Qclass {
		return nil, errNotOurs
	}
	// The library takes a message that ends before the records that it promises.
	promised := int(binary.BigEndian.Uint16(raw[6:])) + int(binary.BigEndian.Uint16(raw[8:]))
	if got := len(reply.Answer) + len(reply.Ns); got > maxRecords || got < promised {
		return nil, errOdd
	}
	return &reply, nil
}

// text joins the strings of a TXT record, as every protocol on top of it does, and
// takes back the escapes that the library reads them with.
func text(record *dns.TXT) string {
	joined := strings.Join(record.Txt, "")
	var b strings.Builder
	for i := 0; i < len(joined); i++ {
		c := joined[i]
		if c != '\\' || i+1 == len(joined) {
			b.WriteByte(c)
			continue
		}
		if i+3 < len(joined) && isDigits(joined[i+1:i+4]) {
			b.WriteByte((joined[i+1]-'0')*100 + (joined[i+2]-'0')*10 + joined[i+3] - '0')
			i += 3
			continue
		}
		i++
		b.WriteByte(joined[i])
	}
	return b.String()
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
