// Package tier is the table of what can be bought: which tiers there are, and what
// each of them asks of the customer. Which checks belong to a tier stands with the
// checks.
package tier

import "doorstep.example/pkg/auditapi"

// Tier is one product of the engine.
type Tier struct {
	Name  string // auditapi.TierAutomated, …
	Title string
	// NeedsProof: the target's owner must be proven before the first request. Lab
	// targets need no proof.
	NeedsProof bool
	// Clauses: the report sorts its findings under the clauses of norms. The JSON of every
	// tier names them.
	Clauses bool
}

// table lists the tiers in rising order: each holds every check of those before it.
var table = []Tier{
	{Name: auditapi.TierAutomated, Title: "Automated security audit"},
	{Name: auditapi.TierCompliance, Title: "Compliance audit", Clauses: true},
	{Name: auditapi.TierRedTeam, Title: "Red-team audit", NeedsProof: true, Clauses: true},
}

// All returns the table, in rising order.
func All() []Tier { return append([]Tier(nil), table...) }

// ByName returns the tier called name.
func ByName(name string) (Tier, bool) {
	for _, t := range table {
		if t.Name == name {
			return t, true
		}
	}
	return Tier{}, false
}

// From returns the names of the tier called name and all above it: the tiers of a
// check that begins there. An unknown name has none.
func From(name string) []string {
	var names []string
	for _, t := range table {
		if t.Name == name || len(names) > 0 {
			names = append(names, t.Name)
		}
	}
	return names
}
