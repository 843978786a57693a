// Package tlsprobe takes stock of what a TLS server accepts: versions, cipher suites,
// groups, Diffie-Hellman parameters, certificates and the protections of the protocol.
// It states facts and judges none of them.
//
// # How it asks
//
// A probe is one connection with one ClientHello (package wire); the handshake is
// dropped as soon as the server has shown its choice. Suites are found by peeling: offer
// a list, take out what the server picks, offer the rest, until it refuses. The lists
// are cut by class, so that a server without weak suites refuses all of them at once.
//
//	versions and suites ─┬─ SSL 2.0
//	(all at once, within ├─ SSL 3.0 ─ TLS 1.2: common, weak and rare suites
//	MaxParallel)         └─ TLS 1.3
//	then, by what was found: order, groups, downgrade, renegotiation, ALPN,
//	a TLS 1.3 handshake
//
// # What an answer means
//
// Only a clear refusal is a No: an alert handshake_failure, protocol_version or
// insufficient_security, or the choice of another version. Silence, a reset, a closed
// connection or any other alert is Unknown. Before either is believed, a smaller hello
// is tried, because some servers fail on long ones. Result.Unknown lists in words what
// could not be found out.
//
// There are two exceptions. An internal_error to two different hellos is a No for
// versions below TLS 1.2, because that is how OpenSSL 3 turns down what its security
// level rules out. And a server that speaks TLS and closes on an SSL 2.0 hello says No:
// it could not read it.
//
// # Renegotiation
//
// Whether visitors may make a server renegotiate shows only in a whole handshake of an
// old version. One is made by crypto/tls, whose client renegotiates when a server asks
// for it; wire.Relay asks in the server's name. Declining is an alert, closing, or no
// answer to the first attempt, which is how some servers ignore it. Only a server that
// finishes a few one after the other says Yes. Whether a server has the *secure*
// renegotiation of RFC 5746 shows in its hello.
//
// # Active probes
//
// Probe sends nothing but what any client might send. What only shows otherwise
// is left to the probes of type Active, for hosts whose owner wants to know: Heartbleed,
// CCSInjection, Ticketbleed, Robot and Drown.
package tlsprobe
