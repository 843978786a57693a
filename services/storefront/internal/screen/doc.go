// Package screen judges a filled form before anything is sold or sent for it. It is
// pure: what it knows comes with New, and the same form always gets the same verdict.
//
// A wrong refusal loses a sale, and a missed attack gains nothing: values are escaped
// where they are shown and bound where they are stored. So a form is refused only for
// what no honest person writes, and everything doubtful is legitimate. What it looks
// at, first hit wins:
//
//  1. form: too long, not UTF-8, holds NUL        → Invalid
//  2. payloads, in the fields they can occur in   → Attack
//  3. a filled honeypot, a message of mere links  → Spam
//  4. an address under a name kept for tests      → Test, which passes
//
// Names are not judged beyond that: any script, any length up to the cap, any
// punctuation. "Jean-Luc <jl@x.fr>" passes too, because address books fill forms that
// way and nothing runs it.
package screen
