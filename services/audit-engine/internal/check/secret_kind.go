package check

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"hash/crc32"
	"regexp"
	"strings"

	"doorstep.example/pkg/auditapi"
)

// secretKind is one kind of key. A key begins with one of few fixed texts, so that
// looking for it costs little however long a page is.
type secretKind struct {
	name     string
	begins   []string
	rest     *regexp.Regexp // the whole key, from its beginning
	hint     string         // what all of begins have in common
	pattern  *regexp.Regexp // rest anywhere in a text, for texts that are short
	severity auditapi.Severity
	proven   func(body []byte, from, to int) (auditapi.Severity, bool) // default: severity, if the key is random
}

// maxMatches bounds how many keys of one kind are looked at in one answer.
const maxMatches = 50

// find returns where keys of the kind are in body, by their severity, each key once.
func (k secretKind) find(body []byte) map[string]auditapi.Severity {
	found := map[string]auditapi.Severity{}
	for _, begin := range k.begins {
		for from, n := 0, 0; n < maxMatches; {
			at := bytes.Index(body[from:], []byte(begin))
			if at < 0 {
				break
			}
			from += at
			if from > 0 && wordByte(body[from-1]) {
				from += len(begin) // part of a longer word
				continue
			}
			match := k.rest.Find(body[from:])
			if match == nil {
				from += len(begin)
				continue
			}
			n++
			if severity, ok := k.judge(body, from, from+len(match)); ok {
				found[string(match)] = severity
			}
			from += len(match)
		}
	}
	return found
}

// judge says whether body[from:to] is a key, and how bad that is.
func (k secretKind) judge(body []byte, from, to int) (auditapi.Severity, bool) {
	if from > 0 && wordByte(body[from-1]) || to < len(body) && wordByte(body[to]) {
		return "", false
	}
	if k.proven != nil {
		return k.proven(body, from, to)
	}
	return k.severity, random(body[from:to])
}

// key makes the kind of a key whose parts after its beginning are random.
func key(name string, severity auditapi.Severity, rest string, begins ...string) secretKind {
	return secretKind{
		name: name, begins: begins, rest: regexp.MustCompile(`^(?:` + rest + `)`), severity: severity,
		hint: common(begins), pattern: regexp.MustCompile(rest),
	}
}

// common is the longest beginning that all of texts have.
func common(texts []string) string {
	begin := texts[0]
	for _, text := range texts[1:] {
		for !strings.HasPrefix(text, begin) {
			begin = begin[:len(begin)-1]
		}
	}
	return begin
}

// proof makes the kind of a key that is proven by more than its looks.
func proof(name string, proven func([]byte, int, int) (auditapi.Severity, bool), rest string, begins ...string) secretKind {
	k := key(name, "", rest, begins...)
	k.proven = proven
	return k
}

// The formats are those that the issuers document, or that their secret scanners
// look for.
var secretKinds = []secretKind{
	proof("private key", privateKey, `-----BEGIN (?:RSA |EC |DSA |OPENSSH )?PRIVATE KEY-----(?:[A-Za-z0-9+/=\s]|\\[nr])+-----END`, "-----BEGIN "),
	proof("AWS access key", awsKey, `AKIA[A-Z0-9]{16}`, "AKIA"),
	proof("GitHub token", githubToken, `gh[pousr]_[A-Za-z0-9]{36}`, "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
	proof("text like a GitHub token, whose checksum is wrong", likeGitHubToken, `gh[pousr]_[A-Za-z0-9]{36}`, "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
	key("GitHub fine-grained token", auditapi.High, `github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}`, "github_pat_"),
	key("GitLab token", auditapi.High, `gl(?:pat|dt|ptt|rt)-[A-Za-z0-9_-]{20,320}(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?`, "glpat-", "gldt-", "glptt-", "glrt-"),
	key("npm token", auditapi.High, `npm_[A-Za-z0-9]{36}`, "npm_"),
	key("PyPI token", auditapi.High, `pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,500}`, "pypi-AgE"),
	key("Docker Hub token", auditapi.High, `dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,32}`, "dckr_"),
	key("DigitalOcean token", auditapi.High, `do[opr]_v1_[0-9a-f]{64}`, "dop_v1_", "doo_v1_", "dor_v1_"),
	proof("Azure storage key", azureKey, `AccountKey=[A-Za-z0-9+/]{86}==`, "AccountKey="),
	key("Databricks token", auditapi.High, `dapi[0-9a-f]{32}`, "dapi"),
	key("HashiCorp Vault token", auditapi.High, `hvs\.[A-Za-z0-9_-]{90,200}`, "hvs."),
	key("Grafana token", auditapi.High, `glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}`, "glsa_"),
	key("Atlassian token", auditapi.High, `ATATT3xFfGF0[A-Za-z0-9_-]{100,250}=[0-9A-F]{8}`, "ATATT3"),
	key("Linear key", auditapi.High, `lin_api_[A-Za-z0-9]{40}`, "lin_api_"),
	key("Notion token", auditapi.High, `ntn_\d{11}[A-Za-z0-9]{35}`, "ntn_"),
	key("Airtable token", auditapi.High, `pat[A-Za-z0-9]{14}\.[0-9a-f]{64}`, "pat"),
	key("Postman key", auditapi.High, `PMAK-[0-9a-f]{24}-[0-9a-f]{34}`, "PMAK-"),
	key("Supabase secret key", auditapi.High, `sb_secret_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{8}`, "sb_secret_"),
	key("Stripe secret key", auditapi.High, `[sr]k_live_[A-Za-z0-9]{24,250}`, "sk_live_", "rk_live_"),
	key("Stripe secret key for tests", auditapi.Low, `sk_test_[A-Za-z0-9]{24,250}`, "sk_test_"),
	key("Slack token", auditapi.High, `xox[bpars]-\d{10,13}-\d{10,13}-(?:\d{10,13}-)?[A-Za-z0-9]{24,40}`, "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-"),
	key("Slack webhook", auditapi.Medium, `https://hooks\.slack\.com/services/T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/[A-Za-z0-9]{24}`, "https://hooks.slack.com/services/T"),
	key("OpenAI key", auditapi.High, `sk-(?:[a-z]{2,10}-)?[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,100}`, "sk-"),
	key("Anthropic key", auditapi.High, `sk-ant-(?:api|admin)\d{2}-[A-Za-z0-9_-]{93}AA`, "sk-ant-"),
	key("SendGrid key", auditapi.High, `SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}`, "SG."),
	key("Groq key", auditapi.High, `gsk_[A-Za-z0-9]{52}`, "gsk_"),
	key("xAI key", auditapi.High, `xai-[A-Za-z0-9]{80}`, "xai-"),
	key("OpenRouter key", auditapi.High, `sk-or-v1-[0-9a-f]{64}`, "sk-or-v1-"),
	key("Hugging Face token", auditapi.High, `hf_[A-Za-z]{34}`, "hf_"),
	key("Replicate token", auditapi.High, `r8_[A-Za-z0-9]{37}`, "r8_"),
	key("Brevo key", auditapi.High, `xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}`, "xkeysib-"),
	proof("Resend key", resendKey, `re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}`, "re_"),
	key("Telegram bot token", auditapi.High, `api\.telegram\.org/bot\d{8,10}:AA[A-Za-z0-9_-]{33}`, "api.telegram.org/bot"),
	key("Discord webhook", auditapi.Medium, `https://discord(?:app)?\.com/api/webhooks/\d{17,20}/[A-Za-z0-9_-]{60,80}`, "https://discord"),
	key("Square secret", auditapi.High, `sq0csp-[A-Za-z0-9_-]{43}`, "sq0csp-"),
	proof("Twilio account with its token", twilioToken, `AC[0-9a-f]{32}`, "AC"),
	key("Shopify access token", auditapi.High, `shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}`, "shpat_", "shpca_", "shppa_", "shpss_"),
	key("Google client secret", auditapi.Medium, `GOCSPX-[A-Za-z0-9_-]{28}`, "GOCSPX-"),
	key("Google API key", auditapi.Info, `AIza[A-Za-z0-9_-]{35}`, "AIza"),
	proof("database address with password", databaseURL, `(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?)://[A-Za-z0-9._-]{1,40}:[^\s"'<>@/:$\x60\\{}]{6,80}@[A-Za-z0-9][A-Za-z0-9.-]{3,100}`,
		"postgres", "mysql://", "mariadb://", "mongodb", "redis", "amqp"),
	proof("signed token (JWT)", jwt, `eyJ[A-Za-z0-9_-]{10,500}\.eyJ[A-Za-z0-9_-]{10,1000}\.[A-Za-z0-9_-]{43,700}`, "eyJ"),
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// sampleText is what makers of examples put into keys.
var sampleText = regexp.MustCompile(`(?i)example|sample|your|test_?key|dummy|placeholder|x{5}|0{6}|1234567|abcdef[g0]|deadbeef|^sk_test_(?:4eC39HqL|BQokikJO|tR3PYbcV)`) // the last are in Stripe's manual

// random reports whether a key looks drawn and not written: many different
// characters, and none of the texts that stand in examples.
func random(key []byte) bool {
	different := map[byte]bool{}
	for _, c := range key[min(len(key), 6):] {
		different[c] = true
	}
	return len(different) >= 8 && !sampleText.Match(key)
}

// privateKey wants a body that decodes to a key's outer form: DER begins with a
// SEQUENCE, OpenSSH's with its name. Programs that only handle keys hold the first
// and last line alone.
func privateKey(body []byte, from, to int) (auditapi.Severity, bool) {
	text := string(body[from:to])
	_, text, _ = strings.Cut(text, "KEY-----")
	text, _, _ = strings.Cut(text, "-----END")
	text = strings.Join(strings.Fields(strings.NewReplacer(`\n`, " ", `\r`, " ").Replace(text)), "")
	der, _ := base64.StdEncoding.DecodeString(text) // as far as it can be read
	isKey := len(der) >= shortestKey && (der[0] == 0x30 || bytes.HasPrefix(der, []byte("openssh-key-v1\x00")))
	return auditapi.Critical, isKey
}

// shortestKey is how many bytes a key of Ed25519 has with its frame (RFC 8410).
const shortestKey = 48

// azureKey leaves out the key that every copy of the storage emulator has.
func azureKey(body []byte, from, to int) (auditapi.Severity, bool) {
	return auditapi.High, random(body[from+len("AccountKey="):to]) && !bytes.Contains(body[from:to], []byte("=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq"))
}

// resendKey leaves out names of functions that happen to be as long.
func resendKey(body []byte, from, to int) (auditapi.Severity, bool) {
	text := string(body[from:to])
	return auditapi.High, random(body[from:to]) && looksSecret(text) && inBothCases(text)
}

// nearby is how far from its id the secret half of a key is looked for.
const nearby = 200

// window returns what stands within nearby of body[from:to].
func window(body []byte, from, to int) []byte {
	return body[max(0, from-nearby):min(len(body), to+nearby)]
}

var awsSecret = regexp.MustCompile(`["'=:\s]([A-Za-z0-9/+]{40})["'\s,;]`)

// awsKey tells an id with its secret, an id alone, and the id in a signed link,
// which is meant to be seen.
func awsKey(body []byte, from, to int) (auditapi.Severity, bool) {
	before, after := body[max(0, from-40):from], body[to:min(len(body), to+3)]
	signed := bytes.HasSuffix(before, []byte("AWSAccessKeyId=")) || bytes.Contains(before, []byte("Credential=")) ||
		bytes.HasPrefix(after, []byte("/")) || bytes.HasPrefix(after, []byte("%2F")) || bytes.HasPrefix(after, []byte("%2f"))
	if signed || !random(body[from:to]) {
		return "", false
	}
	for _, m := range awsSecret.FindAllSubmatch(window(body, from, to), 10) {
		if random(m[1]) && bytes.ContainsAny(m[1], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && bytes.ContainsAny(m[1], "ghijklmnopqrstuvwxyz") {
			return auditapi.High, true
		}
	}
	if bytes.ContainsAny(body[from:to], "0189") { // which Amazon does not draw
		return auditapi.Info, true
	}
	return auditapi.Low, true
}

var twilioSecret = regexp.MustCompile(`(?i)auth_?token["']?\s*[:=]\s*["']([0-9a-f]{32})["']`)

func twilioToken(body []byte, from, to int) (auditapi.Severity, bool) {
	m := twilioSecret.FindSubmatch(window(body, from, to))
	return auditapi.High, m != nil && random(m[1]) && random(body[from:to])
}

// githubToken checks the sum at the end: CRC-32 of the 30 characters before, in
// base 62 (GitHub, "Behind GitHub's new authentication token formats").
func githubToken(body []byte, from, to int) (auditapi.Severity, bool) {
	token := body[from+len("ghp_") : to]
	return auditapi.High, base62(crc32.ChecksumIEEE(token[:30])) == string(token[30:])
}

// likeGitHubToken is what githubToken leaves: made up, or with a slip of the pen.
func likeGitHubToken(body []byte, from, to int) (auditapi.Severity, bool) {
	_, genuine := githubToken(body, from, to)
	return auditapi.Info, !genuine && random(body[from:to])
}

func base62(n uint32) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	out := []byte("000000")
	for i := len(out) - 1; n > 0; i-- {
		out[i] = digits[n%62]
		n /= 62
	}
	return string(out)
}

// localHost is where examples keep their databases.
var localHost = regexp.MustCompile(`(?i)^(localhost|127\.|db$|database$|host|postgres$|mysql$|mongo$|redis$|server)|example|your|\.local$|\.test$`)

// databaseURL leaves out what stands in manuals: user, pass, localhost. Here a
// password needs no digits: the address around it says what it is.
func databaseURL(body []byte, from, to int) (auditapi.Severity, bool) {
	text := string(body[from:to])
	credentials, host, _ := strings.Cut(text, "@")
	secret := credentials[strings.LastIndexByte(credentials, ':')+1:]
	drawn := looksSecret(secret) || inBothCases(secret) && !placeholder.MatchString(secret) && !strings.Contains(strings.ToLower(secret), "pass")
	return auditapi.High, drawn && !localHost.MatchString(host) && strings.Contains(host, ".")
}

func inBothCases(text string) bool {
	return text != strings.ToLower(text) && text != strings.ToUpper(text)
}

// jwt is a token that a shared secret has signed. Most are made for the page. One
// with the role service_role is the administrator's key of a Supabase database.
func jwt(body []byte, from, to int) (auditapi.Severity, bool) {
	parts := bytes.Split(body[from:to], []byte("."))
	var header struct{ Alg string }
	var claims struct{ Role string }
	for i, into := range []any{&header, &claims} {
		text, err := base64.RawURLEncoding.DecodeString(string(parts[i]))
		if err != nil || json.Unmarshal(text, into) != nil {
			return "", false
		}
	}
	switch {
	case !strings.HasPrefix(header.Alg, "HS"), claims.Role == "anon":
		return "", false
	case claims.Role == "service_role":
		return auditapi.High, true
	}
	return auditapi.Info, true
}
