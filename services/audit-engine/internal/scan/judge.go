package scan

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/grade"
	"doorstep.example/services/audit-engine/internal/guard"
)

// outcome is what one check said.
type outcome struct {
	check  check.Check
	result check.Result
}

// abreast is how many checks run at the same time. Most of them only think; those that
// ask spend their time waiting for a distant site, within the bounds of the guard.
const abreast = 4

// judge lets every check look at the site. A check that runs out of time or panics
// is one that could not be assessed; the others still count. Those that a site may take
// offence at come last, alone.
func (s *Scanner) judge(ctx context.Context, site *check.Site, checks []check.Check, steps *steps) []outcome {
	outcomes := make([]outcome, len(checks))
	one := func(i int) {
		result := check.Result{Skipped: "The time for the audit ran out before this could be assessed."}
		if ctx.Err() == nil {
			result = s.runOne(ctx, site, checks[i])
		}
		outcomes[i] = outcome{checks[i], result}
	}
	tell := func(i int) { steps.tell(checks[i].ID, checks[i].Title) }
	var together, last []int
	for i, c := range checks {
		if c.Last {
			last = append(last, i)
		} else {
			together = append(together, i)
		}
	}
	next, done := make(chan int, len(together)), make(chan int)
	for _, i := range together {
		next <- i
	}
	close(next)
	for range abreast {
		go func() {
			for i := range next {
				one(i)
				done <- i
			}
		}()
	}
	for range together {
		tell(<-done)
	}
	for _, i := range last {
		one(i)
		tell(i)
	}
	return outcomes
}

func (s *Scanner) runOne(ctx context.Context, site *check.Site, c check.Check) (result check.Result) {
	defer func() {
		if p := recover(); p != nil {
			s.config.Log.Error("panic in a check", "check", c.ID, "error", fmt.Sprint(p), "stack", string(debug.Stack()))
			result = check.Result{Skipped: "This could not be assessed: the check met something that it does not understand."}
		}
	}()
	if site.NoPage != "" && !c.Pageless {
		return check.Result{Skipped: site.NoPage}
	}
	return c.Run(ctx, site)
}

// compose writes the report.
func compose(r auditapi.Request, target guard.Target, site *check.Site, outcomes []outcome, started, finished time.Time) auditapi.Report {
	report := auditapi.Report{
		ReportID: r.ReportID, OrderID: r.OrderID, Target: r.TargetURL, TargetName: cmp.Or(r.TargetName, target.Host()),
		FinalURL: site.Page.URL.String(), Tier: r.Tier, StartedAt: started.UTC(), FinishedAt: finished.UTC(),
		Seller: r.Seller, VerifyURL: r.VerifyURL,
		Summary:  map[auditapi.Severity]int{},
		Findings: []auditapi.Finding{}, Passed: []auditapi.Passed{}, Skipped: []auditapi.Skipped{}, Controls: []auditapi.Control{},
	}
	for _, severity := range auditapi.Severities() {
		report.Summary[severity] = 0
	}
	for _, o := range outcomes {
		switch {
		case o.result.Skipped != "":
			report.Skipped = append(report.Skipped, auditapi.Skipped{Check: o.check.ID, Title: o.check.Title, Reason: o.result.Skipped})
			continue // the clauses were not assessed
		case len(o.result.Findings) == 0:
			report.Passed = append(report.Passed, auditapi.Passed{Check: o.check.ID, Title: o.check.Title, Area: o.check.Area})
		}
		for _, f := range o.result.Findings {
			report.Findings = append(report.Findings, finding(o.check, f))
			report.Summary[f.Severity]++
		}
		report.Controls = append(report.Controls, o.check.Controls...)
	}
	number(report.Findings)
	slices.SortFunc(report.Controls, byClause)
	report.Controls = slices.Compact(report.Controls)
	report.Score, report.Grade = grade.Of(report.Summary)
	return report
}

func finding(c check.Check, f check.Finding) auditapi.Finding {
	return auditapi.Finding{
		Check: c.ID, Title: f.Title, Severity: f.Severity, Area: c.Area, Evidence: f.Evidence,
		Impact: cmp.Or(f.Impact, c.Impact), Remediation: cmp.Or(f.Remediation, c.Remediation),
		References: c.References, Controls: c.Controls,
	}
}

// number sorts findings worst first, else in the order of the checks, and names
// them: the same site gives the same numbers.
func number(findings []auditapi.Finding) {
	order := auditapi.Severities()
	slices.SortStableFunc(findings, func(a, b auditapi.Finding) int {
		return slices.Index(order, a.Severity) - slices.Index(order, b.Severity)
	})
	for i := range findings {
		findings[i].ID = fmt.Sprintf("F-%02d", i+1)
	}
}

func byClause(a, b auditapi.Control) int {
	return cmp.Or(strings.Compare(a.Framework, b.Framework), strings.Compare(a.Clause, b.Clause))
}
