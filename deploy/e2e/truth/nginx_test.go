package truth_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep.example/deploy/e2e/stack"
	"doorstep.example/pkg/database/databasetest"
)

// types are what files are called. The rest is left to the server blocks.
const types = `types { text/html html htm php; text/plain txt md; text/css css; text/javascript js; application/json json map; text/xml xml; application/gzip gz; application/zip zip; }
	default_type text/plain;
	`

// modernTLS is that of Mozilla's "intermediate".
const modernTLS = `ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers off; ssl_session_tickets off;
	ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;`

// nginx serves the server blocks, in which DIR is the folder of the files by name in
// "html/" and CERTIFICATE the lines that name a good certificate. The last of addrs is
// waited for.
func nginx(t *testing.T, servers string, files map[string]string, addrs ...string) {
	t.Helper()
	dir := t.TempDir()
	chain, key := save(t, dir, public.issue(t, certificate{}))
	for name, text := range files {
		write(t, filepath.Join(dir, "html", name), text)
	}
	servers = strings.ReplaceAll(servers, "CERTIFICATE", fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s;", chain, key))
	stop, err := stack.Nginx(t.Context(), dir, types+servers, addrs[len(addrs)-1])
	if errors.Is(err, stack.ErrNoNginx) {
		databasetest.Missing(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// nginxHeaders are the lines that send the headers of a careful site.
func nginxHeaders() string {
	var b strings.Builder
	for name, value := range goodHeaders {
		fmt.Fprintf(&b, "add_header %s %q always;\n", name, value)
	}
	return b.String()
}

// goodSite is the block of a careful site and its files.
func goodSite(addr string) (string, map[string]string) {
	return fmt.Sprintf(`server { listen %s ssl; server_name localhost; CERTIFICATE %s server_tokens off; charset utf-8; root DIR/html;
			%s
			location ~ /\.(?!well-known) { deny all; }
		}`, addr, modernTLS, nginxHeaders()), map[string]string{
			"index.html":               document("Shop", `<p>Welcome.</p><script src="/assets/shop.js"></script><a href="/about.html">About us</a>`),
			"about.html":               document("About us", "<p>We sell things.</p>"),
			"assets/shop.js":           "document.title = 'Shop';\n",
			"robots.txt":               "User-agent: *\nDisallow: /cart/\n",
			".well-known/security.txt": securityText(),
			".git/HEAD":                "ref: refs/heads/main\n",
		}
}

func goodNginx(t *testing.T) string {
	addr := free.address(t)
	server, files := goodSite(addr)
	nginx(t, server, files, addr)
	return "https://localhost:" + port(addr) + "/"
}

// redirectingNginx is asked at http and leads to https.
func redirectingNginx(t *testing.T) string {
	plain, addr := free.address(t), free.address(t)
	server, files := goodSite(addr)
	nginx(t, fmt.Sprintf(`server { listen %s; server_tokens off; return 301 https://localhost:%s$request_uri; } %s`, plain, port(addr), server), files, plain, addr)
	return "http://localhost:" + port(plain) + "/"
}
