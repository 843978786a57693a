package main

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Units of the figures.
const (
	perSecond = "per_second"
	ms        = "ms"
	mb        = "mb"
	ratio     = "ratio"
	count     = "count"
)

// figure prints one line. Small values keep three digits that count.
func figure(name string, value float64, unit string) {
	fmt.Println(name, format(value, unit), unit)
}

func format(value float64, unit string) string {
	switch {
	case unit == count:
		return fmt.Sprintf("%.0f", value)
	case math.Abs(value) >= 10:
		return fmt.Sprintf("%.1f", value)
	default:
		return fmt.Sprintf("%.3f", value)
	}
}

// spread prints the median and the 99th percentile of durations.
func spread(name string, list []time.Duration) {
	figure(name+".p50", millis(percentile(list, 50)), ms)
	figure(name+".p99", millis(percentile(list, 99)), ms)
}

// percentile is the smallest value that p per cent of list do not exceed; of an
// empty list it is 0.
func percentile(list []time.Duration, p int) time.Duration {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[max(0, (len(sorted)*p+99)/100-1)]
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
