// Package account is one Stripe account in memory: its objects, in the shape of
// API version 2023-10-16, and the moves that change them.
//
//	      Create            Pay: card               Refund
//	─────────────▶ open ───────────────▶ complete ─────────▶ charge refunded
//	                │  │                  paid  ▲   OpenDispute ▶ CloseDispute
//	         Expire │  │ Pay: debit             │ Settle(true)
//	                ▼  └──────────────▶ complete┤
//	             expired                unpaid  │ Settle(false)
//	                                            ▼
//	                                     stays unpaid
//
// Each move happens under one lock and emits its events before the lock is let
// go, so the order of events is the order of moves. Everything is lost when the
// program ends, and of each kind of object only the newest Limit are kept.
package account
