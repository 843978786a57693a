package dnsprobe

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// MTASTS is the record that announces a policy for encrypted mail (RFC 8461).
type MTASTS struct {
	Records []string // that begin with v=STSv1; senders take several for none
	Problem string   // why senders pass the record over; "": they do not
}

var (
	stsID    = regexp.MustCompile(`^[A-Za-z0-9]{1,32}$`)
	mxLabels = regexp.MustCompile(`^(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)
)

func isMTASTS(text string) bool { return strings.HasPrefix(text, "v=STSv1;") }

func lookMTASTS(ctx context.Context, s *session, domain string) (MTASTS, error) {
	records, _, err := s.texts(ctx, "_mta-sts."+domain, isMTASTS)
	if err != nil {
		return MTASTS{}, err
	}
	m := MTASTS{Records: records}
	switch {
	case len(records) > 1:
		m.Problem = "there is more than one record"
	case len(records) == 1 && !stsID.MatchString(fields(records[0])["id"]):
		m.Problem = "its id is missing, or is not 1 to 32 letters and digits"
	}
	return m, nil
}

// fields reads a record of the form name=value; the first of each name counts.
func fields(text string) map[string]string {
	found := map[string]string{}
	for part := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(part, "=")
		name = strings.Trim(name, " \t")
		if _, repeated := found[name]; !repeated {
			found[name] = strings.Trim(value, " \t")
		}
	}
	return found
}

// Modes of a policy.
const (
	ModeEnforce = "enforce"
	ModeTesting = "testing"
	ModeNone    = "none"
)

// Bounds of a policy (RFC 8461 sections 3.2 and 3.3).
const (
	maxPolicy = 64 << 10   // bytes
	maxAge    = 31_557_600 // seconds
)

// STSPolicy is what the policy file says (section 3.2).
type STSPolicy struct {
	Mode string
	MX   []string // host names in lower case; *. stands for one label
	// MaxAge is how long senders keep the policy, at most a year.
	MaxAge time.Duration
}

// ParseSTSPolicy reads a policy file. Its error says why senders refuse it.
func ParseSTSPolicy(body []byte) (STSPolicy, error) {
	if len(body) > maxPolicy {
		return STSPolicy{}, fmt.Errorf("it is longer than %d KiB", maxPolicy>>10)
	}
	var p STSPolicy
	values := map[string]string{}
	for line := range strings.Lines(string(body)) {
		line = strings.TrimRight(line, "\r\n \t")
		name, value, found := strings.Cut(line, ":")
		name, value = strings.Trim(name, " \t"), strings.Trim(value, " \t")
		switch _, repeated := values[name]; {
		case line == "":
		case !found:
			return STSPolicy{}, fmt.Errorf("a line has no colon")
		case name == "mx":
			if !mxLabels.MatchString(value) {
				return STSPolicy{}, fmt.Errorf("a line mx: names no host")
			}
			p.MX = append(p.MX, canonical(value))
		case !repeated:
			values[name] = value
		}
	}
	if values["version"] != "STSv1" {
		return STSPolicy{}, fmt.Errorf("the line version: STSv1 is missing")
	}
	age, err := strconv.ParseUint(values["max_age"], 10, 32)
	if err != nil || age > maxAge {
		return STSPolicy{}, fmt.Errorf("max_age is missing, or is not a number of seconds up to %d", maxAge)
	}
	p.MaxAge = time.Duration(age) * time.Second
	switch p.Mode = values["mode"]; p.Mode {
	case ModeNone:
	case ModeEnforce, ModeTesting:
		if len(p.MX) == 0 {
			return STSPolicy{}, fmt.Errorf("it has no line mx: with a mail server")
		}
	default:
		return STSPolicy{}, fmt.Errorf("mode is none of enforce, testing and none")
	}
	return p, nil
}

// Covers reports whether a mail server is one that the policy names (section 4.1).
func (p STSPolicy) Covers(host string) bool {
	_, parent, _ := strings.Cut(host, ".")
	for _, pattern := range p.MX {
		if suffix, wildcard := strings.CutPrefix(pattern, "*."); pattern == host || (wildcard && parent == suffix) {
			return true
		}
	}
	return false
}
