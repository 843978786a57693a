// Package stack starts the real programs together, on chosen or free ports of
// loopback, and plays buyer and operator against them. The demo and the end-to-end
// tests share it.
//
//	stack.go    which programs, their environment, start and stop
//	process.go  one program: start, wait until ready, kill
//	shop.go     the buyer and the operator: checkout, pay, follow an order
//	sandbox.go  the seller's side of Stripe: its API, its switches, signed events
//	mail.go     what lies in the outbox
//	nginx.go    nginx and other servers that are no programs of ours
package stack
