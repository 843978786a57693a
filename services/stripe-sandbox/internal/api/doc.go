// Package api serves the part of Stripe's API that the shop uses, in Stripe's wire
// form: parameters form-encoded, answers in JSON with the shapes of API version
// 2023-10-16, errors as {"error":{…}}, idempotency keys, lists with cursors.
//
// A new operation is a line in routes, a line in param/extract, and a function.
package api
