// Package dnsprobe collects what the DNS says about a host and its registrable
// domain: addresses and aliases, CAA, DNSSEC, DANE, and the records that guard its mail.
//
// The questions go to our own resolver, never to the target, so package guard has no
// part in them; what the records lead to (a policy file, a page) is not opened here.
// A record's text is a stranger's: it is bounded when it is read and quoted where it
// is shown.
//
//	Look ─ session (budget, pace) ─ Exchange ─ Resolver: UDP, cut short → TCP
//
// A fact that could not be established is Unknown with the reason. It is never
// taken for "there is none": an absence counts only when the DNS states it.
package dnsprobe
