package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
)

// MaxTitle is the longest title, so that it fits one line of the report.
const MaxTitle = 58

// The areas, in the order of the report.
const (
	AreaEncryption = "Encryption in transit"
	AreaBrowser    = "Browser protection"
	AreaCookies    = "Cookies and sessions"
	AreaExposure   = "Exposed information"
	AreaDNS        = "DNS and mail"
	AreaMCP        = "AI interfaces (MCP)"
	AreaProcess    = "Security process"
)

var areas = []string{AreaEncryption, AreaBrowser, AreaCookies, AreaExposure, AreaDNS, AreaMCP, AreaProcess}

// Check is one thing that an audit looks for.
type Check struct {
	ID          string
	Title       string // what is looked at, neutrally; at most MaxTitle characters
	Area        string
	Tiers       []string          // the tiers that include it
	Severity    auditapi.Severity // the worst it gives
	Impact      string            // why it matters; a finding may say it more exactly
	Remediation string            // what to do, with the lines to configure
	References  []string          // URLs
	Controls    []auditapi.Control
	Last        bool // a site may take offence at it, so it runs when the others are done
	Pageless    bool // it looks at no page, and runs where none could be read
	Run         func(ctx context.Context, site *Site) Result
}

// Finding is one weakness that a check has proven. Empty Impact and Remediation
// mean those of the check.
type Finding struct {
	Title       string // the problem in one line
	Severity    auditapi.Severity
	Evidence    string // what was seen
	Impact      string
	Remediation string
}

// Result is the outcome of a check: findings, or Skipped with the reason, or
// neither when there is nothing to say.
type Result struct {
	Findings []Finding
	Skipped  string
}

func pass() Result { return Result{} }

func skip(format string, args ...any) Result { return Result{Skipped: fmt.Sprintf(format, args...)} }

func fail(findings ...Finding) Result { return Result{Findings: findings} }

var registry []Check

// register adds a check at start. A check that lacks something is a bug.
func register(c Check) {
	if c.ID == "" || c.Title == "" || len(c.Tiers) == 0 || c.Run == nil || !slices.Contains(areas, c.Area) {
		panic("check: incomplete: " + c.ID)
	}
	if _, taken := ByID(c.ID); taken {
		panic("check: registered twice: " + c.ID)
	}
	registry = append(registry, c)
}

// All returns every check, by area in the order of the report and then by id.
func All() []Check {
	sorted := slices.Clone(registry)
	slices.SortFunc(sorted, func(a, b Check) int {
		if by := slices.Index(areas, a.Area) - slices.Index(areas, b.Area); by != 0 {
			return by
		}
		return strings.Compare(a.ID, b.ID)
	})
	return sorted
}

// ForTier returns the checks that the tier includes.
func ForTier(name string) []Check {
	return slices.DeleteFunc(All(), func(c Check) bool { return !slices.Contains(c.Tiers, name) })
}

// ByID returns the check with the id.
func ByID(id string) (Check, bool) {
	i := slices.IndexFunc(registry, func(c Check) bool { return c.ID == id })
	if i < 0 {
		return Check{}, false
	}
	return registry[i], true
}
