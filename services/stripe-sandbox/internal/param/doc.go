// Package param reads requests in Stripe's form syntax and checks them against
// Stripe's own description of its API.
//
// Stripe's clients send nested values as form fields:
//
//	line_items[0][price_data][currency]=usd&metadata[order_id]=42&expand[]=line_items
//
// Parse turns such fields into a tree, Check compares the tree with the schema of
// the operation and gives every value its type, Decode fills a struct.
//
// operations.json holds the schemas of the operations that the sandbox serves. It
// is an extract of Stripe's OpenAPI description of version 2023-10-16, which
// stripe-mock carries under the MIT licence (operations-LICENSE.txt); `go generate`
// makes it anew.
package param

//go:generate go run ./extract operations.json
