// Package weakness is the list of everything that is wrong with the demo target
// on purpose. Tests prove each line against the running site, and the demo
// compares it with what the audit found.
package weakness

// Weakness is one planted fault.
type Weakness struct {
	ID    string `json:"id"`
	What  string `json:"what"`
	Where string `json:"where"`
}

// All is the table. A new weakness is one line here, the code that plants it, and
// one proof in the test beside app.
var All = []Weakness{
	{"tls-1.0", "TLS 1.0 is accepted", "TLS listener"},
	{"tls-1.1", "TLS 1.1 is accepted", "TLS listener"},
	{"tls-3des", "3DES, a 64-bit block cipher, is accepted", "TLS listener"},
	{"tls-static-rsa", "Key exchange without forward secrecy is accepted", "TLS listener"},
	{"cert-self-signed", "The certificate is signed by nobody but itself", "TLS listener"},
	{"cert-expires-soon", "The certificate expires in nine days", "TLS listener"},
	{"cert-wrong-name", "The certificate names another host", "TLS listener"},
	{"http-no-redirect", "Plain http serves the shop and does not lead to https", "http listener"},
	{"hsts-missing", "No Strict-Transport-Security", "every answer over TLS"},
	{"csp-missing", "No Content-Security-Policy", "every page"},
	{"framing-allowed", "Any site may frame the pages: neither X-Frame-Options nor frame-ancestors", "every page"},
	{"nosniff-missing", "No X-Content-Type-Options", "every answer"},
	{"referrer-policy-missing", "No Referrer-Policy", "every page"},
	{"cookie-not-secure", "The session cookie lacks Secure", "Set-Cookie: PHPSESSID"},
	{"cookie-readable", "The session cookie lacks HttpOnly", "Set-Cookie: PHPSESSID"},
	{"cookie-cross-site", "The session cookie lacks SameSite", "Set-Cookie: PHPSESSID"},
	{"banner-server", "The server tells its version, one that is long out of support", "Server: nginx/1.14.0"},
	{"banner-powered-by", "The runtime tells its version, one that is long out of support", "X-Powered-By: PHP/7.2.1"},
	{"mixed-script", "A secure page loads a script over plain http", "/"},
	{"mixed-image", "A secure page loads an image over plain http", "/"},
	{"script-without-sri", "A script of another host is loaded without an integrity hash", "every page"},
	{"library-outdated", "jQuery 1.8.3 of 2012, with known cross-site scripting faults", "every page"},
	{"login-over-http", "The login form is served and accepted over plain http", "http listener, /login"},
	{"login-no-token", "The login form carries no anti-forgery token", "/login"},
	{"login-no-limit", "Passwords may be tried without any limit", "/login"},
	{"git-exposed", "The repository's metadata can be read", "/.git/config, /.git/HEAD"},
	{"env-exposed", "A backup of the environment file, with keys in it, can be read", "/.env.bak"},
	{"directory-listing", "A folder lists its files", "/backup/"},
	{"database-dump", "A dump of the database can be downloaded", "/backup/northwind-2023-11-02.sql"},
	{"cors-reflected", "Any origin may read private answers with the visitor's cookies", "/api/"},
	{"metrics-public", "The program's internal figures can be read by anybody", "/metrics"},
	{"robots-hint", "robots.txt points at what should stay unseen", "/robots.txt"},
	{"security-txt-missing", "Nobody can find out whom to tell about a fault", "/.well-known/security.txt"},
}
