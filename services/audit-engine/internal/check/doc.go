// Package check holds what an audit looks for: one file a check, which registers
// itself. A new check is a new file here and its fixtures in testdata/ID/, at least
// one pass* and one fail*; TestEveryCheckHasFixtures walks the registry.
//
// A check reads what the scan has gathered in a Site, and may ask the site for
// more. It answers with findings, with nothing to say, or with the reason why it
// could not judge. Two rules:
//
//   - never cry wolf: what is not proven is not a finding, and what a better
//     protection makes harmless is not one either;
//   - all that comes from the site is hostile text: quote it with quote.
package check
