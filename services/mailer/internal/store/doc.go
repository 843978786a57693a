// Package store is the mailer's memory, and its only SQL. The text is one for
// SQLite and PostgreSQL; times are integer milliseconds UTC.
//
// The life of a message:
//
//	queued ──► accepted ──► delivered ──► bounced ──► complained
//	  │  │                                   ▲            ▲
//	  │  └───► ambiguous ── (a late report) ─┴────────────┘
//	  └──────► failed
//
// moves (state.go) holds the whole table; states only ever go forward, in
// whichever order a provider's reports arrive.
//
// Before a send begins, Start counts the message as unsure, in the same commit
// that takes the lease. A clean answer takes the count back. Whatever kills the
// process in between therefore leaves the message unsure, never forgotten: the
// next request sees how often a mail may have gone out, and since when.
package store
