// Package guard is the engine's only way out. A customer names the host that the
// engine dials, so every connection is opened here and nowhere else:
//
//	URL text ─ Admit ─▶ Target ─ resolve ─▶ addresses ─ judge each ─▶ dial that address
//	   ▲                                                                   │
//	   └───────────────── Location of a redirect, at most 10 ──────────────┘
//
// What holds for every connection:
//
//   - the name was looked up once for this connection, every address of the
//     answer was judged, and exactly a judged address is dialled, so that a second
//     DNS answer changes nothing;
//   - one forbidden address in the answer refuses the whole answer: an honest site
//     does not mix public and internal addresses;
//   - the address is judged once more in Dialer.Control, right before connect;
//   - nothing comes from the environment: no proxy, no credentials, and cookies
//     only within one fetch and back to the host that set them;
//   - headers, bodies, redirects, connections and requests a second are bounded, and
//     a host that asks for less or falls silent is left alone (polite.go).
//
// dnsprobe and ownership ask a resolver of ours, never the target, and do so on their
// own.
//
// Lab targets, exact pairs of address and port, are the one exception. They may
// also be named by their address or by a name that is not public.
//
// Refusals are *errs.Error with a code of auditapi, and counted by code.
package guard
