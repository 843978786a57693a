package check

import (
	"encoding/base64"
	"hash/crc32"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
)

// Text that looks drawn. Keys are put together here, so that no scanner of
// repositories takes this file for a leak.
const (
	mixed  = "q7Rk2VbX9mLz4TnWc8Ys1HdJf6GpAe3uKoMiB5xQtZrNvUwEgD0yShPjCaFl7OI2bT8kXq4R"
	hexa   = "9f2c71d4e8a05b36c1f7d920ae48b5636d"
	upper  = "Q7RK2VBX5MLZ4TNWC6YS3HDJ"
	digits = "248163579024681357"

	letters    = "qRkVbXmLzTnWcYsHdJfGpAeuKoMiBxQtZr"
	ed25519Key = "MC4CAQAwBQYDK2VwBCIEIJ" + "1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g" // RFC 8032, test 1
)

// github is a token with the sum that belongs to it.
func github(prefix string) string {
	return prefix + mixed[:30] + base62(crc32.ChecksumIEEE([]byte(mixed[:30])))
}

func token(header, claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(claims)) + "." + mixed[:43]
}

// kindsIn lists what is found in text, by kind and severity.
func kindsIn(text string) []string {
	var found []string
	for _, k := range secretKinds {
		for _, severity := range k.find([]byte(text)) {
			found = append(found, k.name+" "+string(severity))
		}
	}
	return found
}

func TestSecretsAreFound(t *testing.T) {
	t.Parallel()
	aws := "AKIA" + upper[:16]
	for _, test := range []struct{ text, want string }{
		{`id="` + aws + `",secret="` + mixed[:20] + "/" + mixed[21:40] + `"`, "AWS access key high"},
		{"key: " + aws, "AWS access key low"},
		{"token=" + github("ghp_"), "GitHub token high"},
		{`id = "AKIA5F8Q2ZJ9KXW0P3LM"`, "AWS access key info"},
		{"token=ghp_" + mixed[:36], "text like a GitHub token, whose checksum is wrong info"},
		{"'" + github("ghs_") + "'", "GitHub token high"},
		{"github_pat_" + mixed[:22] + "_" + mixed[:59], "GitHub fine-grained token high"},
		{"glpat-" + mixed[:20], "GitLab token high"},
		{"glpat-" + mixed[:27] + ".01.0z3kq8w1m", "GitLab token high"},
		{"pypi-AgEIcHlwaS5vcmc" + mixed[:60], "PyPI token high"},
		{"dckr_pat_" + mixed[:27], "Docker Hub token high"},
		{"dop_v1_" + hexa[:32] + hexa[1:33], "DigitalOcean token high"},
		{"AccountName=shop;AccountKey=" + mixed[:43] + mixed[1:44] + "==;EndpointSuffix=core.windows.net", "Azure storage key high"},
		{"dapi" + hexa[:32], "Databricks token high"},
		{"hvs." + mixed + mixed[:20], "HashiCorp Vault token high"},
		{"glsa_" + mixed[:32] + "_" + hexa[:8], "Grafana token high"},
		{"ATATT3xFfGF0" + mixed + mixed + "=9F2C71D4", "Atlassian token high"},
		{"lin_api_" + mixed[:40], "Linear key high"},
		{"ntn_" + digits[:11] + mixed[:35], "Notion token high"},
		{"pat" + mixed[:14] + "." + hexa[:32] + hexa[1:33], "Airtable token high"},
		{"PMAK-" + hexa[:24] + "-" + hexa, "Postman key high"},
		{"sb_secret_" + mixed[:22] + "_" + mixed[:8], "Supabase secret key high"},
		{"gsk_" + mixed[:52], "Groq key high"},
		{"xai-" + mixed[:72] + mixed[:8], "xAI key high"},
		{"sk-or-v1-" + hexa[:32] + hexa[1:33], "OpenRouter key high"},
		{"hf_" + letters[:34], "Hugging Face token high"},
		{"r8_" + mixed[:37], "Replicate token high"},
		{"xkeysib-" + hexa[:32] + hexa[1:33] + "-" + mixed[:16], "Brevo key high"},
		{"re_" + mixed[:8] + "_" + mixed[:24], "Resend key high"},
		{"https://api.telegram.org/bot" + digits[:10] + ":AA" + mixed[:33] + "/getMe", "Telegram bot token high"},
		{"https://discord.com/api/webhooks/" + digits + "/" + mixed[:68], "Discord webhook medium"},
		{"sq0csp-" + mixed[:43], "Square secret high"},
		{"-----BEGIN PRIVATE KEY-----\n" + ed25519Key + "\n-----END PRIVATE KEY-----", "private key critical"},
		{"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA" + mixed + mixed[:5] + "\n-----END RSA PRIVATE KEY-----", "private key critical"}, // cut off
		{"//registry.example/:_authToken=npm_" + mixed[:36], "npm token high"},
		{`stripe("sk_live_` + mixed[:24] + `")`, "Stripe secret key high"},
		{"rk_live_" + mixed[:30], "Stripe secret key high"},
		{"sk_test_" + mixed[:24], "Stripe secret key for tests low"},
		{"xoxb-" + digits[:12] + "-" + digits[1:13] + "-" + mixed[:24], "Slack token high"},
		{"https://hooks.slack.com/services/T" + upper[:9] + "/B" + upper[:10] + "/" + mixed[:24], "Slack webhook medium"},
		{"sk-" + mixed[:20] + "T3BlbkFJ" + mixed[20:40], "OpenAI key high"},
		{"sk-proj-" + mixed[:40] + "T3BlbkFJ" + mixed[:40], "OpenAI key high"},
		{"sk-ant-api03-" + mixed[:70] + mixed[:23] + "AA", "Anthropic key high"},
		{"SG." + mixed[:22] + "." + mixed[:43], "SendGrid key high"},
		{`sid="AC` + hexa[:32] + `", authToken: "` + hexa[2:34] + `"`, "Twilio account with its token high"},
		{"shpat_" + hexa[:32], "Shopify access token high"},
		{"GOCSPX-" + mixed[:28], "Google client secret medium"},
		{"?key=AIza" + mixed[:35] + "&v=3", "Google API key info"},
		{"mongodb+srv://shop:Vr7kq2mPz9@c0.ab1cd.mongodb.net/orders", "database address with password high"},
		{"amqps://shop:Vr7kq2mPz9@queue.northwind-atelier.io", "database address with password high"},
		{token(`{"alg":"HS256","typ":"JWT"}`, `{"sub":"42","name":"Anna"}`), "signed token (JWT) info"},
		{token(`{"alg":"HS256","typ":"JWT"}`, `{"iss":"supabase","role":"service_role"}`), "signed token (JWT) high"},
	} {
		if got := strings.Join(kindsIn("var a = 1; "+test.text+";"), ", "); got != test.want {
			t.Errorf("%s: %q, want %q", masked(test.text, 12), got, test.want)
		}
	}
}

// TestLookalikes: none of these is a secret.
func TestLookalikes(t *testing.T) {
	t.Parallel()
	aws := "AKIA" + upper[:16]
	for _, text := range []string{
		// AWS
		"AKIAIOSFODNN7EXAMPLE",
		"AKIAXXXXXXXXXXXXXXXX",
		"AKIAAAAAAAAAAAAAAAAA",
		"AKIA1234567890ABCDEF",
		"akia" + strings.ToLower(upper[:16]),
		"X" + aws,
		aws + "QQ",
		"AKIA" + upper[:12],
		"https://files.example/x?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + aws + "%2F20260101%2Feu-west-1%2Fs3",
		"https://files.example/x?AWSAccessKeyId=" + aws + "&Expires=1",
		"Credential=" + aws + "/20260101/eu-west-1/s3/aws4_request",
		// GitHub, GitLab, npm
		"ghp_" + strings.Repeat("x", 36),
		"ghp_" + mixed[:20],
		"xghp_" + mixed[:36],
		"highlighp_" + mixed[:36],
		"github_pat_" + strings.Repeat("a", 22) + "_" + strings.Repeat("b", 59),
		"github_pat_11AAAAAAA",
		"glpat-xxxxxxxxxxxxxxxxxxxx",
		"glpat-your-token-goes-here",
		"npm_config_registry",
		"npm_lifecycle_event_npm_package_name_of_the_app",
		"npm_" + strings.Repeat("0", 36),
		// Stripe
		"pk_live_" + mixed[:24],
		"pk_test_" + mixed[:24],
		"sk_live_xxxxxxxxxxxxxxxxxxxxxxxx",
		"sk_live_" + mixed[:10],
		"sk_live_your_secret_key_here_please",
		"sk_test_...",
		"sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc", // in Stripe's manual
		"AccountKey=" + "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==", // of the emulator
		"AccountKey=" + strings.Repeat("A", 86) + "==",
		"hf_" + strings.Repeat("x", 34),
		"re_register_" + "subscriptionConfirmations"[:24],
		"hvs." + mixed[:30],
		"path." + hexa[:32] + hexa[1:33],
		"https://api.telegram.org/bot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
		"risk_live_" + mixed[:24],
		"whsec_xxx",
		// Slack
		"xoxb-your-token",
		"xoxb-000000000000-000000000000-xxxxxxxxxxxxxxxxxxxxxxxx",
		"xoxo-hugs-and-kisses",
		"https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
		"https://hooks.slack.com/services/",
		// AI
		"sk-" + mixed[:48],
		"sk-proj-your-key",
		"task-force-" + mixed[:40],
		"sk-ant-api03-xxxxxxxx",
		"sk-ant-api03-" + strings.Repeat("x", 93) + "AA",
		"disk-T3BlbkFJ",
		".sk-circle-fade-dot-container-animation-delay-long",
		// SendGrid, Twilio, Shopify, Google
		"SG.1",
		"SG.Lib.Util",
		"SG." + strings.Repeat("a", 22) + "." + strings.Repeat("b", 43),
		"AC" + hexa[:32],
		`sid="AC` + hexa[:32] + `", authToken: "` + strings.Repeat("0", 32) + `"`,
		"MAC" + hexa[:32],
		"shpat_" + strings.Repeat("0", 32),
		"shpat_your_access_token",
		"GOCSPX-your-client-secret-xxxxxxxxx",
		"AIzaSyXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
		"AIza" + mixed[:20],
		"MAIza" + mixed[:35],
		// Databases
		"postgres://user:password@localhost:5432/db",
		"postgresql://postgres:postgres@db/app",
		"mysql://root:changeme1@127.0.0.1/x",
		"mongodb://user:pass1234@mongo:27017",
		"redis://:abc12345@redis:6379",
		"postgres://shop:${DB_PASSWORD}@db7.northwind-atelier.io/orders",
		"postgres://shop:{{password1}}@db7.northwind-atelier.io/orders",
		"mysql://app:s3cr3t-99@db.example.com/shop",
		"mysql://app:appPass@db7.northwind-atelier.io/shop",
		"mysql://app:Wonderland@db.example.com/shop",
		"amqp://queue.northwind-atelier.io",
		"https://user:Vr7kq2mPz9@www.northwind-atelier.io/",
		// Tokens
		token(`{"alg":"RS256","typ":"JWT"}`, `{"sub":"42"}`),
		token(`{"alg":"HS256","typ":"JWT"}`, `{"iss":"supabase","role":"anon"}`),
		"eyJ" + mixed[:40] + ".eyJ" + mixed[:40] + "." + mixed[:43],
		"eyJhbGciOiJIUzI1NiJ9",
		"sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbXX0=",
		// Keys
		"-----BEGIN PUBLIC KEY-----\n" + mixed + mixed + "\n-----END PUBLIC KEY-----",
		"-----BEGIN CERTIFICATE-----\n" + mixed + mixed + "\n-----END CERTIFICATE-----",
		"-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
		"-----BEGIN RSA PRIVATE KEY-----" + mixed + mixed,
		"-----BEGIN PRIVATE KEY-----\n" + mixed + mixed + "\n-----END PRIVATE KEY-----",
		`e.replace("-----BEGIN PRIVATE KEY-----","").replace("-----END PRIVATE KEY-----","")`,
	} {
		if got := kindsIn("a(" + text + ")"); len(got) > 0 {
			t.Errorf("%.60s: taken for %v", text, got)
		}
	}
}

func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	secret := "sk_live_" + mixed[:24]
	page := &guard.Response{URL: parseURL(t, "https://shop.example/"), Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(`<script>pay("` + secret + `")</script>`)}
	result := runSecrets(t.Context(), &Site{Page: page})
	if len(result.Findings) != 1 || result.Findings[0].Severity != auditapi.High {
		t.Fatalf("%+v", result)
	}
	if text := result.Findings[0].Evidence; strings.Contains(text, secret[:7]) || !strings.Contains(text, secret[:6]+"…") {
		t.Errorf("evidence = %s", text)
	}
}

// TestGitHubSum is the example with which the format was explained to the public.
func TestGitHubSum(t *testing.T) {
	t.Parallel()
	const example = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"
	if got := base62(crc32.ChecksumIEEE([]byte(example[:30]))); got != example[30:] {
		t.Errorf("sum = %s, want %s", got, example[30:])
	}
}

func FuzzSecrets(f *testing.F) {
	f.Add([]byte("AKIAIOSFODNN7EXAMPLE eyJ.eyJ. sk-sk-sk- -----BEGIN PRIVATE KEY-----\\n-----END"))
	f.Add([]byte(`AC` + hexa[:32] + `auth_token:"` + hexa[:32] + `"postgres://a:b@c`))
	f.Add([]byte(token(`{"alg":"HS256"}`, `{"role":1}`)))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, k := range secretKinds {
			for text, severity := range k.find(body) {
				if !strings.Contains(string(body), text) || severity == "" {
					t.Errorf("%s: %q, %q", k.name, text, severity)
				}
			}
		}
	})
}

// TestDrawnKeysAreFound draws keys as their issuers do: of 2,000 of a kind, at most
// two may be missed.
func TestDrawnKeysAreFound(t *testing.T) {
	t.Parallel()
	const (
		letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		web    = letter + "-_"
		base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
		hex    = "0123456789abcdef"
	)
	var source *rand.Rand
	draw := func(alphabet string, n int) string {
		text := make([]byte, n)
		for i := range text {
			text[i] = alphabet[source.IntN(len(alphabet))]
		}
		return string(text)
	}
	for kind, key := range map[string]func() string{
		"AWS access key":            func() string { return "AKIA" + draw(base32, 16) },
		"GitHub fine-grained token": func() string { return "github_pat_" + draw(letter, 22) + "_" + draw(letter, 59) },
		"GitLab token":              func() string { return "glpat-" + draw(web, 19) + "a" },
		"npm token":                 func() string { return "npm_" + draw(letter, 36) },
		"Stripe secret key":         func() string { return "sk_live_" + draw(letter, 24) },
		"Slack token": func() string {
			return "xoxb-" + draw("0123456789", 12) + "-" + draw("0123456789", 12) + "-" + draw(letter, 24)
		},
		"Anthropic key":                  func() string { return "sk-ant-api03-" + draw(web, 93) + "AA" },
		"SendGrid key":                   func() string { return "SG." + draw(web, 22) + "." + draw(web, 42) + "a" },
		"Twilio account with its token":  func() string { return "AC" + draw(hex, 32) + `", authToken: "` + draw(hex, 32) + `"` },
		"Shopify access token":           func() string { return "shpat_" + draw(hex, 32) },
		"Google client secret":           func() string { return "GOCSPX-" + draw(web, 27) + "a" },
		"database address with password": func() string { return "postgres://shop:" + draw(letter, 12) + "@db.northwind-atelier.io/shop" },
	} {
		source = rand.New(rand.NewPCG(1, 2)) // the same keys in each run
		missed := 0
		for range 2000 {
			if text := key(); !strings.Contains(strings.Join(kindsIn(" "+text+" "), ", "), kind) {
				missed++
			}
		}
		if missed > 2 {
			t.Errorf("%s: %d of 2,000 missed", kind, missed)
		}
	}
}
