package check

// The remediations that several checks of TLS share. The lists of suites are those of
// Mozilla's "intermediate" configuration, version 5.7.
const (
	modernCiphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
	caddyDefaults = "# Caddy accepts only TLS 1.2 and 1.3 with modern suites by itself;\n# remove `protocols` and `ciphers` lines from its `tls` blocks."
)

var (
	modernTLS = serverConfig("Offer TLS 1.2 and 1.3, and nothing older. Every browser of the last ten years speaks one of them.",
		"ssl_protocols TLSv1.2 TLSv1.3;",
		"SSLProtocol -all +TLSv1.2 +TLSv1.3",
		"# Caddy offers only TLS 1.2 and 1.3 by itself; remove any `protocols` line from `tls`.")
	modernSuites = serverConfig("Accept only suites with forward secrecy and authenticated encryption (AEAD). Every browser of the last ten years has them. TLS 1.3 needs no list: all its suites are of that kind.",
		"ssl_ciphers "+modernCiphers+";",
		"SSLCipherSuite "+modernCiphers,
		caddyDefaults)
)
