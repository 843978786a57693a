// Package order is the life of an order: its id, its states, the moves between
// them, and its timeline. It knows no database and no HTTP.
//
// The path of every order that goes well:
//
//	awaiting_payment → paid → working → ready → sent → delivered
//
// Beside it lie awaiting_proof (a red-team target whose owner has not proven
// control), held (a person must look before it goes on), failed, undeliverable,
// refunded and expired. The table of allowed moves is in state.go, and the diagram
// in ARCHITECTURE.md is compared with it by a test. Only store.Advance writes a
// state, and every move leaves an entry in the timeline.
package order
