// Package webhook delivers events to one endpoint the way Stripe does: signed,
// at least once, in no promised order, tried again for three days. And it fails
// on demand, so that what a shop must survive can be tried: see Switches.
//
// A delivery goes
//
//	Send ─▶ due ─▶ attempt ─▶ 2xx: delivered
//	 │ hold  ▲        │
//	 ▼       │        ▼ anything else, or no answer in 10 s
//	held ────┘      waits (Schedule ÷ scale) ─▶ due; after the last: given up
//
// The queue is bounded: events beyond it are logged as lost, and can be sent
// again by hand. Nothing survives the end of the program.
package webhook
