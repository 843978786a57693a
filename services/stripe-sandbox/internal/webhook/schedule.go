package webhook

import "time"

// Schedule is how long the engine waits before each further try. Stripe promises
// tries "for up to three days with an exponential back off" and publishes no
// single waits; these add up to 70 hours and a half. There is no jitter, so that
// a test can tell when a try is due.
var Schedule = []time.Duration{
	time.Minute,
	5 * time.Minute,
	30 * time.Minute,
	2 * time.Hour,
	4 * time.Hour,
	8 * time.Hour,
	16 * time.Hour,
	16 * time.Hour,
	24 * time.Hour,
}

// wait returns the pause after failed try number n (from 1), and whether there is
// another try.
func wait(n int, scale float64) (time.Duration, bool) {
	if n > len(Schedule) {
		return 0, false
	}
	return time.Duration(float64(Schedule[n-1]) / scale), true
}
