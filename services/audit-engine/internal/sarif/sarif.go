// Package sarif writes a report as SARIF 2.1.0, the format that code scanners and
// their dashboards exchange.
package sarif

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/service"
)

const schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

type log struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []run  `json:"runs"`
}

type run struct {
	Tool        tool         `json:"tool"`
	Invocations []invocation `json:"invocations"`
	Results     []result     `json:"results"`
	Automation  automation   `json:"automationDetails"`
}

type tool struct {
	Driver driver `json:"driver"`
}

type driver struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Rules   []rule `json:"rules"`
}

type rule struct {
	ID               string         `json:"id"`
	ShortDescription text           `json:"shortDescription"`
	FullDescription  text           `json:"fullDescription"`
	Help             text           `json:"help"`
	HelpURI          string         `json:"helpUri,omitempty"`
	Properties       map[string]any `json:"properties,omitempty"`
}

type text struct {
	Text string `json:"text"`
}

type invocation struct {
	Successful bool   `json:"executionSuccessful"`
	Start      string `json:"startTimeUtc"`
	End        string `json:"endTimeUtc"`
}

type automation struct {
	ID string `json:"id"`
}

type result struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      text              `json:"message"`
	Locations    []location        `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	Properties   map[string]any    `json:"properties"`
}

type location struct {
	Physical physical `json:"physicalLocation"`
}

type physical struct {
	Artifact artifact `json:"artifactLocation"`
	Region   region   `json:"region"`
}

// region is there because code scanners list no result without a line. A site has none,
// so it is always the first.
type region struct {
	StartLine int `json:"startLine"`
}

type artifact struct {
	URI string `json:"uri"`
}

// levels are SARIF's three words for our five.
var levels = map[auditapi.Severity]string{
	auditapi.Critical: "error", auditapi.High: "error", auditapi.Medium: "warning",
	auditapi.Low: "note", auditapi.Info: "note",
}

// scores are what dashboards sort by, on the scale of CVSS.
var scores = map[auditapi.Severity]string{
	auditapi.Critical: "9.5", auditapi.High: "8.0", auditapi.Medium: "5.5", auditapi.Low: "3.0", auditapi.Info: "0.0",
}

// timeFormat is RFC 3339 in UTC, as the schema wants it.
const timeFormat = "2006-01-02T15:04:05.000Z"

// Marshal returns r as a SARIF log with one run. Each check with a finding is a
// rule, each finding a result.
func Marshal(r auditapi.Report) ([]byte, error) {
	out := run{
		Tool:        tool{driver{Name: "Doorstep audit-engine", Version: service.Version, Rules: []rule{}}},
		Invocations: []invocation{{Successful: true, Start: r.StartedAt.UTC().Format(timeFormat), End: r.FinishedAt.UTC().Format(timeFormat)}},
		Results:     []result{},
		Automation:  automation{ID: "doorstep/" + r.ReportID},
	}
	index := map[string]int{}
	for _, f := range r.Findings {
		at, known := index[f.Check]
		if !known {
			at = len(out.Tool.Driver.Rules)
			index[f.Check] = at
			out.Tool.Driver.Rules = append(out.Tool.Driver.Rules, ruleOf(f))
		}
		out.Results = append(out.Results, result{
			RuleID: f.Check, RuleIndex: at, Level: levels[f.Severity],
			Message:      text{message(strings.TrimSpace(f.Title + ".\n\n" + f.Evidence))},
			Locations:    []location{{physical{artifact{uri(r.Target)}, region{StartLine: 1}}}},
			Fingerprints: fingerprints(f),
			Properties:   map[string]any{"severity": f.Severity, "finding": f.ID, "security-severity": scores[f.Severity]},
		})
	}
	body, err := json.MarshalIndent(log{Schema: schema, Version: "2.1.0", Runs: []run{out}}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the SARIF log: %w", err)
	}
	return body, nil
}

// ruleOf is the rule of a check, told by its worst finding, which comes first. Code
// scanners want all three texts.
func ruleOf(f auditapi.Finding) rule {
	r := rule{
		ID: f.Check, ShortDescription: text{f.Title},
		FullDescription: text{cmp.Or(f.Impact, f.Title)}, Help: text{cmp.Or(f.Remediation, f.Impact, f.Title)},
		Properties: map[string]any{"tags": []string{"security", f.Area}, "security-severity": scores[f.Severity]},
	}
	if len(f.References) > 0 {
		r.HelpURI = f.References[0]
	}
	return r
}

// fingerprints tell the next report's findings which of them are known. GitHub reads
// only the one that it names after a line of source.
func fingerprints(f auditapi.Finding) map[string]string {
	known := f.Check + "/" + f.Title
	return map[string]string{
		"checkAndTitle/v1":        known,
		"primaryLocationLineHash": fmt.Sprintf("%.8x:1", sha256.Sum256([]byte(known))),
	}
}

// message makes a text one without placeholders and links of SARIF's (3.11.5, 3.11.6),
// which evidence could otherwise smuggle into a dashboard: a site writes parts of it.
func message(s string) string {
	return strings.NewReplacer("{", "{{", "}", "}}", "](", `\](`).Replace(s)
}

// uri is an address as RFC 3986 writes it: the customer may have typed other letters
// than ASCII's.
func uri(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return url.PathEscape(address)
	}
	if host, err := idna.Lookup.ToASCII(u.Hostname()); err == nil && host != u.Hostname() {
		u.Host = strings.Replace(u.Host, u.Hostname(), host, 1)
	}
	return u.String()
}
