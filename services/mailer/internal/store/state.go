package store

import (
	"slices"
	"strings"

	"doorstep.example/pkg/mailapi"
)

// moves lists, for each state, the states that it may go to. A bounce may follow
// a delivery, because some servers take a mail first and return it later; a
// delivery never undoes a bounce.
var moves = map[string][]string{
	mailapi.StateQueued: {mailapi.StateAccepted, mailapi.StateDelivered, mailapi.StateBounced,
		mailapi.StateComplained, mailapi.StateFailed, mailapi.StateAmbiguous},
	mailapi.StateAmbiguous: {mailapi.StateAccepted, mailapi.StateDelivered, mailapi.StateBounced,
		mailapi.StateComplained, mailapi.StateFailed},
	mailapi.StateAccepted: {mailapi.StateDelivered, mailapi.StateBounced,
		mailapi.StateComplained, mailapi.StateFailed},
	mailapi.StateDelivered:  {mailapi.StateBounced, mailapi.StateComplained},
	mailapi.StateBounced:    {mailapi.StateComplained},
	mailapi.StateComplained: nil,
	mailapi.StateFailed:     nil,
}

// predecessors is the SQL list of the states that may go to state. It is made of
// the constants above, never of input.
func predecessors(state string) string {
	var from []string
	for s, to := range moves {
		if slices.Contains(to, state) {
			from = append(from, "'"+s+"'")
		}
	}
	slices.Sort(from) // one text for one query, so that it is prepared once
	return strings.Join(from, ", ")
}
