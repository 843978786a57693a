package exposed

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"doorstep.example/pkg/auditapi"
)

func severityOrder() []auditapi.Severity { return auditapi.Severities() }

func rowAt(t testing.TB, path string) Row {
	t.Helper()
	for _, row := range table {
		if row.Path == path {
			return row
		}
	}
	t.Fatalf("no row for %s", path)
	return Row{}
}

// What looks like the file, and is not.
func TestSignaturesRefuse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ path, media, body string }{
		"HEAD in prose":               {"/.git/HEAD", "text/plain", "see ref: refs/heads/main\n"},
		"env of a manual":             {"/.env", "text/plain", "Write these lines into .env:\nand put a password there.\nDB_HOST=x\nThen restart the program\nand look into its log.\n"},
		"env without values":          {"/.env", "text/plain", "DB_HOST=\nDB_PASSWORD=\n"},
		"env with harmless names":     {"/.env", "text/plain", "TITLE=Shop\nCOLOUR=red\n"},
		"one line":                    {"/.env", "text/plain", "DB_PASSWORD=x\n"},
		"env in a page":               {"/.env", "text/html", "<pre>\nDB_HOST=x\nDB_PASSWORD=x\n</pre>"},
		"public key":                  {"/id_rsa", "text/plain", "-----BEGIN PUBLIC KEY-----\n"},
		"npmrc with a variable":       {"/.npmrc", "text/plain", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n"},
		"zip that is a page":          {"/backup.zip", "text/html", zipFile("a")},
		"two letters":                 {"/backup.zip", "application/zip", "PK is short for Park."},
		"gzip of a page":              {"/backup.tar.gz", "application/gzip", "\x1f\x8b\x08"},
		"health that says no more":    {"/actuator/health", "application/json", `{"status":"UP"}`},
		"two samples":                 {"/metrics", "text/plain", "# TYPE a gauge\na 1\nb 2\n"},
		"phpinfo in a blog":           {"/phpinfo.php", "text/html", "<html><title>How to read phpinfo()</title><p>PHP Version 8</p></html>"},
		"flash policy for one domain": {"/crossdomain.xml", "text/xml", `<cross-domain-policy><allow-access-from domain="shop.example"/></cross-domain-policy>`},
		"graphql refuses":             {"/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D", "application/json", `{"errors":[{"message":"introspection of __schema is disabled: {__schema{queryType{name}}}"}]}`},
		"graphql gives nothing":       {"/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D", "application/json", `{"data":{"__schema":null}}`},
		"php that ran":                {"/config.php~", "text/html", "<br />\n<b>Warning</b>"},
		"short text":                  {"/AGENTS.md", "text/plain", "# Hello\n- x\n"},
		"object without fields":       {"/package.json", "application/json", `{"name":"shop"}`},
		"half an object":              {"/package.json", "application/json", `{"name":"shop","dependencies":{"a`},
		"a list":                      {"/package.json", "application/json", `["name","dependencies"]`},
		"deep":                        {"/package.json", "application/json", `{"name":` + strings.Repeat("[", 50000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if seen, ok := rowAt(t, test.path).content(answer{status: http.StatusOK, media: test.media, body: []byte(test.body)}); ok {
				t.Errorf("taken for the file: %q", seen)
			}
		})
	}
}

func TestAnObjectMayBeCutOff(t *testing.T) {
	t.Parallel()
	body := `{"openapi":"3.1.0","info":{"title":"Shop"},"paths":{"/a":"` + strings.Repeat("x", Window)
	if seen, ok := rowAt(t, "/openapi.json").content(answer{body: []byte(body)[:Window]}); !ok {
		t.Errorf("not recognized: %q", seen)
	}
}

func TestAPageWithTheSameWordsIsLike(t *testing.T) {
	t.Parallel()
	page := func(path, extra string) []byte {
		return []byte("<html><title>" + path + "</title>" + strings.Repeat("<p>The lamp stands in the harbour and shines for the ships that come home late at night.</p>", 20) + extra + path + "</html>")
	}
	a := newSketch("/zq7aaaa", page("/zq7aaaa", "token 1234567"))
	if b := newSketch("/backup.sql", page("/backup.sql", "token 7654321")); !a.like(b) {
		t.Error("the same page with another path and token is not alike")
	}
	if b := newSketch("/backup.sql", []byte(sqlFile+strings.Repeat("INSERT INTO `t` VALUES (1,2,3);\n", 60))); a.like(b) {
		t.Error("a dump is like the page")
	}
}

func TestBeside(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/.git/HEAD": "/.git/X", "/backup.sql": "/X.sql", "/.env": "/.X", "/.env.bak": "/.X.bak", "/config.php~": "/X.php~", "/wp-config.php.bak": "/X.php.bak",
		"/debug/pprof/": "/debug/X/", "/status?full": "/X?full", "/metrics": "/X", "/v3/api-docs": "/v3/X", "/.github/copilot-instructions.md": "/.github/X.md",
	} {
		if got := beside(path, "X"); got != want {
			t.Errorf("beside(%q) = %q, want %q", path, got, want)
		}
	}
}

func FuzzJudge(f *testing.F) {
	f.Add(uint64(1), uint16(0), 200, "text/plain", []byte("ref: refs/heads/main\n"), []byte("not found"))
	f.Add(uint64(2), uint16(10), 206, "text/html", []byte(envFile), []byte(tempting))
	f.Add(uint64(3), uint16(60), 200, "application/zip", []byte(zipFile("a")), []byte(openAPI))
	f.Add(uint64(4), uint16(100), 200, "", []byte(figures), []byte("\x1f\x8b\x08\x00"))
	f.Fuzz(func(t *testing.T, seed uint64, index uint16, status int, media string, body, other []byte) {
		row := table[int(index)%len(table)]
		a := answer{status: status, media: media, body: body[:min(len(body), Window)]}
		b := answer{status: http.StatusOK, media: media, body: other[:min(len(other), Window)]}
		_, _ = judge(row, a, []control{newControl("/zq7", b)})
		if seen, v := judge(row, a, []control{newControl("/zq7", a)}); v == found {
			t.Errorf("%s: found although the made-up name has the same answer: %q", row.Path, seen)
		}
		noise := answer{status: http.StatusOK, media: media, body: random(seed)}
		if seen, v := judge(row, noise, nil); v == found {
			t.Errorf("%s: a random body of seed %d was found: %q", row.Path, seed, seen)
		}
	})
}

// random is a body of 64 to 4159 characters from one of several alphabets.
func random(seed uint64) []byte {
	source := rand.New(rand.NewPCG(seed, seed))
	alphabets := []string{"0123456789abcdef", "abc <>/=\n", "{}[]\":,1 \n", "ABCDEFGH_=\n01 ", "# -*.\nabc"}
	body := make([]byte, 64+source.IntN(4096))
	which := source.IntN(len(alphabets) + 1)
	for i := range body {
		if which == len(alphabets) {
			body[i] = byte(source.Uint32())
			continue
		}
		body[i] = alphabets[which][source.IntN(len(alphabets[which]))]
	}
	return body
}
