package scan

import (
	"fmt"
	"net/url"
	"runtime/debug"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/grade"
)

// vulnerabilities are the checks whose findings SSL Labs' guide fails a host for.
var vulnerabilities = map[string]string{
	"probe-heartbleed": "Heartbleed", "probe-ccs-injection": "CCS injection", "probe-ticketbleed": "Ticketbleed",
	"probe-robot": "ROBOT", "probe-drown": "DROWN",
}

// sideGrades reckons how two public raters would grade the site, of which findings were
// made. A panic costs these grades, not the audit.
func (s *Scanner) sideGrades(site *check.Site, findings []auditapi.Finding) (grades []auditapi.SideGrade) {
	defer func() {
		if p := recover(); p != nil {
			s.config.Log.Error("panic in a side grade", "error", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	if site.NoPage == "" {
		score, letter, tests := grade.Observatory(site.SiteFacts())
		observatory := auditapi.SideGrade{
			Name: "MDN HTTP Observatory (our reckoning)", Grade: letter, Score: score,
			Check: "https://developer.mozilla.org/en-US/observatory/analyze?host=" + url.QueryEscape(site.Host),
		}
		for _, t := range tests {
			observatory.Tests = append(observatory.Tests, auditapi.GradeTest(t))
		}
		grades = append(grades, observatory)
	}
	if facts, known := site.TLSFacts(); known {
		for _, f := range findings {
			if name := vulnerabilities[f.Check]; name != "" {
				facts.Vulnerable = append(facts.Vulnerable, name)
			}
		}
		score, letter, caps := grade.SSLLabs(facts)
		grades = append(grades, auditapi.SideGrade{
			Name: "SSL Labs guide (our reckoning)", Grade: letter, Score: score, Caps: caps,
			Check: "https://www.ssllabs.com/ssltest/analyze.html?d=" + url.QueryEscape(site.Host),
		})
	}
	return grades
}
