// Package wire has the messages of SSL 2.0 to TLS 1.3 that a scanner needs: ClientHello
// with anything in it, and what servers answer. crypto/tls offers neither the old
// versions nor the weak suites, and refuses answers that are worth reporting.
//
// All that comes from a server is bounded: 64 records of 18 KiB, messages of 128 KiB,
// 16 certificates of 64 KiB. Time is bounded by the connection that is handed in.
package wire
