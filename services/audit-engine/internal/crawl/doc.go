// Package crawl reads a few pages of a site, as a visitor who looks around would:
//
//	front page ─ links ─▶ queue ─▶ three at a time ─▶ pages ─▶ links …
//	                                                    └─────▶ scripts
//
// It stays on the origin (scheme, host and port) of the front page, only ever sends
// GET, keeps out of what robots.txt disallows (RFC 9309), and leaves links alone
// that look as if following them changed something. Pages that differ by a number
// or a parameter alone count once. It stops early at a site that says it is busy.
// Same site, same order: the result depends on the answers, not on their timing.
package crawl
