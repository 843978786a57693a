package scan

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/tier"
)

// metrics count audits. Labels come from closed lists: tier.All, and the codes that
// this engine gives.
type metrics struct {
	running prometheus.Gauge
	audits  *prometheus.HistogramVec
}

func newMetrics(r prometheus.Registerer) (metrics, error) {
	m := metrics{
		running: prometheus.NewGauge(prometheus.GaugeOpts{Name: "audits_running", Help: "Audits under way."}),
		audits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "audit_duration_seconds", Help: "Time of an audit, by tier and outcome.",
			Buckets: []float64{.1, .5, 1, 2.5, 5, 10, 20, 40, 80, 120},
		}, []string{"tier", "outcome"}),
	}
	if r == nil {
		return m, nil
	}
	if err := errors.Join(r.Register(m.running), r.Register(m.audits)); err != nil {
		return m, fmt.Errorf("scan: register the metrics: %w", err)
	}
	return m, nil
}

func (m metrics) done(name string, err error, took time.Duration) {
	if _, known := tier.ByName(name); !known {
		name = "none"
	}
	outcome := "report"
	if e, ok := errors.AsType[*errs.Error](err); ok {
		outcome = e.Code
	} else if errors.Is(err, context.Canceled) {
		outcome = "caller_gone"
	} else if err != nil {
		outcome = "error"
	}
	m.audits.WithLabelValues(name, outcome).Observe(took.Seconds())
}
