package scan

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/dnsprobe"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/ownership"
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
	TXT         ownership.Resolver // for proofs of ownership; default: the system's
	DNS         dnsprobe.Exchange  // for facts about the target's domain; default: none are looked up
	PrivateDNS  bool               // DNS knows names of lab targets as well
	Seller      string             // who asks, where the request does not say
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
	prover  ownership.Prover
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
	return &Scanner{config: c, slots: make(chan struct{}, c.Concurrency), hosts: newHosts(), prover: ownership.Prover{Resolver: c.TXT, Now: c.Now}, metrics: m}, nil
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
	agent := userAgent(cmp.Or(r.Seller.Name, s.config.Seller), cmp.Or(r.Seller.URL, s.config.ContactURL))
	lab, err := s.config.Guard.IsLab(limited, target)
	if err != nil {
		return auditapi.Report{}, late(ctx, err, target)
	}
	proof, err := s.prove(limited, r, target, lab, s.config.Guard.Client(agent))
	if err != nil {
		return auditapi.Report{}, late(ctx, err, target)
	}
	leave, err := s.hosts.enter(limited, hostKey(target), s.config.HostWait)
	if err != nil {
		return auditapi.Report{}, late(ctx, err, target)
	}
	defer leave()
	checks := s.config.Checks(r.Tier)
	steps := &steps{total: len(checks) + gatherSteps, report: progress}
	site, err := s.gather(limited, target, agent, lab || proof != nil, steps)
	if err != nil {
		return auditapi.Report{}, late(ctx, err, target)
	}
	outcomes := s.judge(limited, site, checks, steps)
	if ctx.Err() != nil {
		return auditapi.Report{}, fmt.Errorf("audit %s: %w", target.Host(), ctx.Err())
	}
	report := compose(r, target, site, outcomes, started, s.config.Now())
	report.Proof, report.Grades = proof, s.sideGrades(site, report.Findings)
	return report, nil
}

// prove refuses a tier that needs proof of ownership for a target that is not ours, and
// returns the proof of one that is proven.
func (s *Scanner) prove(ctx context.Context, r auditapi.Request, target guard.Target, lab bool, client *guard.Client) (*auditapi.Proof, error) {
	t, ok := tier.ByName(r.Tier)
	if !ok {
		return nil, errs.New(errs.Invalid, "There is no tier %q.", r.Tier)
	}
	if !t.NeedsProof || lab {
		return nil, nil //nolint:nilnil // there is none
	}
	missing := "there is none for " + target.Host()
	if r.Ownership != nil {
		proof, err := s.prover.Look(ctx, client, target, r.Ownership.Token)
		if err != nil {
			return nil, err
		}
		if proof.Proven {
			return &proof, nil
		}
		missing = proof.Detail
	}
	return nil, &errs.Error{
		Kind: errs.Forbidden, Code: auditapi.CodeOwnershipUnproven,
		Message: "A red-team audit needs proof that the site is yours. " + strings.ToUpper(missing[:1]) + missing[1:] + " The site was not audited.",
	}
}

// proveTimeout bounds Prove.
const proveTimeout = 45 * time.Second

// Prove looks for the proof of a target without auditing it. A lab target is proven by
// being one. Errors are as for Run.
func (s *Scanner) Prove(ctx context.Context, r auditapi.ProofRequest) (auditapi.Proof, error) {
	ctx, cancel := context.WithTimeout(ctx, proveTimeout)
	defer cancel()
	target, err := s.config.Guard.Admit(r.TargetURL)
	if err != nil {
		return auditapi.Proof{}, err
	}
	if lab, err := s.config.Guard.IsLab(ctx, target); err != nil || lab {
		return auditapi.Proof{Proven: lab, Method: "lab", Detail: "lab target", At: s.config.Now().UTC()}, err
	}
	return s.prover.Look(ctx, s.config.Guard.Client(userAgent(s.config.Seller, s.config.ContactURL)), target, r.Token)
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
