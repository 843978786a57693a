package scan

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"

	"github.com/prometheus/client_golang/prometheus"
)

// Config is what a Scanner needs.
type Config struct {
	Guard       *guard.Guard
	Log         *slog.Logger
	Timeout     time.Duration // one audit, from admission to report
	Concurrency int           // audits at once; more are refused as busy
	HostWait    time.Duration // how long an audit waits for another of the same host; default 20 s
	Roots       *x509.CertPool
	Seller      string // who asks, where the request does not say
	ContactURL  string
	Registerer  prometheus.Registerer           // default: none
	Checks      func(tier string) []check.Check // default check.ForTier
	Now         func() time.Time                // default time.Now
}

// Scanner runs audits.
type Scanner struct {
	config  Config
	slots   chan struct{}
	hosts   hosts
	metrics metrics
}

// Progress tells that a step is done.
type Progress struct {
	Check, Title string
	Done, Total  int
}

// New returns a Scanner.
func New(c Config) (*Scanner, error) {
	if c.Guard == nil || c.Log == nil || c.Timeout <= 0 || c.Concurrency < 1 {
		return nil, errors.New("scan: guard, log, timeout and concurrency are needed")
	}
	c.HostWait = cmp.Or(c.HostWait, 20*time.Second)
	if c.Checks == nil {
		c.Checks = check.ForTier
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	m, err := newMetrics(c.Registerer)
	if err != nil {
		return nil, err
	}
	return &Scanner{config: c, slots: make(chan struct{}, c.Concurrency), hosts: newHosts(), metrics: m}, nil
}

// Run audits what r asks for, and calls progress after each step. Its errors are
// refusals of the guard, Forbidden with code ownership_unproven, Unavailable with
// code busy, or ctx's own error when the caller is gone.
func (s *Scanner) Run(ctx context.Context, r auditapi.Request, progress func(Progress)) (auditapi.Report, error) {
	started := s.config.Now()
	report, err := s.run(ctx, r, started, progress)
	s.metrics.done(r.Tier, err, time.Since(started))
	s.log(ctx, r, report, err)
	return report, err
}

func (s *Scanner) run(ctx context.Context, r auditapi.Request, started time.Time, progress func(Progress)) (auditapi.Report, error) {
	target, err := s.config.Guard.Admit(r.TargetURL)
	if err != nil {
		return auditapi.Report{}, err
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		return auditapi.Report{}, busy("The audit-engine is busy with other audits.", 15*time.Second)
	}
	s.metrics.running.Inc()
	defer s.metrics.running.Dec()
	limited, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	if err := s.prove(limited, r, target); err != nil {
		return auditapi.Report{}, late(ctx, err, target)
	}
	leave, err := s.hosts.enter(limited, hostKey(target), s.config.HostWait)
	if err != nil {
		return auditapi.Report{}, late(ctx, err, target)
	}
	defer leave()
	checks := s.config.Checks(r.Tier)
	steps := &steps{total: len(checks) + gatherSteps, report: progress}
	site, err := s.gather(limited, target, userAgent(cmp.Or(r.Seller.Name, s.config.Seller), cmp.Or(r.Seller.URL, s.config.ContactURL)), steps)
	if err != nil {
		return auditapi.Report{}, late(ctx, err, target)
	}
	outcomes := s.judge(limited, site, checks, steps)
	if ctx.Err() != nil {
		return auditapi.Report{}, fmt.Errorf("audit %s: %w", target.Host(), ctx.Err())
	}
	return compose(r, target, site, outcomes, started, s.config.Now()), nil
}

// prove refuses a tier that needs proof of ownership for a target that is not ours.
func (s *Scanner) prove(ctx context.Context, r auditapi.Request, target guard.Target) error {
	t, ok := tier.ByName(r.Tier)
	if !ok {
		return errs.New(errs.Invalid, "There is no tier %q.", r.Tier)
	}
	if !t.NeedsProof {
		return nil
	}
	lab, err := s.config.Guard.IsLab(ctx, target)
	if err != nil || lab {
		return err
	}
	return &errs.Error{
		Kind: errs.Forbidden, Code: auditapi.CodeOwnershipUnproven,
		Message: "A red-team audit needs proof that the site is yours, and there is none for " + target.Host() + ". Nothing was sent to the site.",
	}
}

func busy(message string, after time.Duration) error {
	return &errs.Error{Kind: errs.Unavailable, Code: auditapi.CodeBusy, Message: message, RetryAfter: after}
}

// late tells the audit's own deadline, which is the target's doing, from a caller
// who is gone.
func late(caller context.Context, err error, target guard.Target) error {
	if caller.Err() != nil {
		return fmt.Errorf("audit %s: %w", target.Host(), caller.Err())
	}
	if errors.Is(err, context.DeadlineExceeded) && errs.KindOf(err) == errs.Internal {
		return &errs.Error{
			Kind: errs.Unprocessable, Code: auditapi.CodeUnreachable, Err: err,
			Message: target.Host() + " did not answer in the time that an audit has. Please check that the site is up.",
		}
	}
	return err
}

func (s *Scanner) log(ctx context.Context, r auditapi.Request, report auditapi.Report, err error) {
	attrs := []slog.Attr{slog.String("report_id", r.ReportID), slog.String("tier", r.Tier)}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()), slog.String("code", errs.From(err).Code))
		s.config.Log.LogAttrs(ctx, slog.LevelWarn, "audit ended without a report", attrs...)
		return
	}
	attrs = append(attrs, slog.String("grade", report.Grade), slog.Int("score", report.Score),
		slog.Int("findings", len(report.Findings)), slog.Int("skipped", len(report.Skipped)),
		slog.Duration("took", report.FinishedAt.Sub(report.StartedAt)))
	s.config.Log.LogAttrs(ctx, slog.LevelInfo, "audit done", attrs...)
}
