package compose

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWeakenedFilesAreRefused changes one thing at a time and expects the
// complaint that it deserves: a rule that nothing can break protects nothing.
func TestWeakenedFilesAreRefused(t *testing.T) {
	for _, test := range []struct{ old, new, complaint string }{
		{"read_only: true", "read_only: false", "file system can be written"},
		{"cap_drop: [ALL]", "cap_drop: [NET_RAW]", "keeps capabilities"},
		{"cap_drop: [ALL]", "cap_drop: [ALL]\n  cap_add: [NET_ADMIN]", "keeps capabilities"},
		{`["no-new-privileges:true"]`, "[]", "gain privileges"},
		{"read_only: true", "read_only: true\n  privileged: true", "reaches into the host"},
		{"read_only: true", "read_only: true\n  user: root", "runs as root"},
		{"    mem_limit: 128m\n", "", "limit of memory"},
		{"  pids_limit: 256\n", "", "limit of processes"},
		{"max-size: 10m, ", "", "log grows"},
		{"restart: unless-stopped", `restart: "no"`, "come back"},
		{"stop_grace_period: 30s", "stop_grace_period: 10s", "killed before"},
		{"stop_grace_period: 30s", "", "killed before"},
		{"test: [CMD, /service, -healthcheck,", "test: [CMD, curl, -f,", "scratch"},
		{"      <<: *health\n", "      disable: true\n", "no health check"},
		{"timeout: 5s", "timeout: 3s", "cut off"},
		{"dockerfile: deploy/Dockerfile", "dockerfile: Dockerfile", "not built from"},
		{"{ SERVICE: mailer,", "{ SERVICE: storefront,", "mailer: SERVICE"},
		{`"127.0.0.1:8081:8081"`, `"8081:8081"`, "storefront: port 8081"},
		{"    networks: [mail]\n", "    network_mode: service:storefront\n", "mailer: its network is another's"},
		{"    networks: [mail]\n", "    network_mode: host\n", "mailer: its network is another's"},
		{"    networks: [mail]\n", "    networks: [mail]\n    depends_on: [storefront]\n", `mailer: it waits for ["storefront"]`},
		{"    networks: [mail]\n", "    networks: [mail]\n    ports: [\"127.0.0.1:5001:5001\"]\n", "mailer: port 5001 is published"},
		{"http://127.0.0.1:5001/readyz", "http://storefront:8080/healthz", "mailer: its health check asks another"},
		{"    networks: [mail]\n", "    networks: [engine]\n", `audit-engine: it shares ["engine"] with mailer`},
		{"    networks: [mail]\n", "", "mailer: it shares no network with storefront"},
		{"    networks: [engine]\n", "    networks: [engine, edge]\n", "audit-engine: it reaches the operators' listener"},
		{"  mail: {}\n\nservices:", "  mail: { internal: true }\n\nservices:", "mailer: a way out"},
		{"  mail: {}\n\nservices:", "  mail: { external: true }\n\nservices:", "mail: it is not a bridge"},
		{"  mail: {}\n\nservices:", "  mail: { driver: macvlan }\n\nservices:", "mail: it is not a bridge"},
		{"MAILER_URL: http://mailer:5001", "MAILER_URL: http://127.0.0.1:5001", "storefront: nobody answers at MAILER_URL"},
		{"MAILER_URL: http://mailer:5001", "MAILER_URL: http://mailer:5000", "storefront: nobody answers at MAILER_URL"},
		{"MAILER_ADDR: 0.0.0.0:5001", "MAILER_ADDR: 127.0.0.1:5001", "storefront: nobody answers at MAILER_URL"},
		{`"storefront-edge:8081"`, `"0.0.0.0:8081"`, "operators' listener is bound to"},
		{`"storefront-edge:8081"`, `""`, "operators' listener has no address"},
		{"      engine: {}\n", "      engine: { aliases: [storefront-edge] }\n", "names 2 of its networks"},
		{"edge: {", "public: {", "published ports arrive in engine and not in public"},
	} {
		t.Run(test.new+" for "+test.old, func(t *testing.T) {
			weaken(t, production, []string{base}, base, test.old, test.new, test.complaint)
		})
	}
}

// TestWeakenedOverlaysAreRefused does the same with what only the demo has.
func TestWeakenedOverlaysAreRefused(t *testing.T) {
	for _, test := range []struct{ old, new, complaint string }{
		{`"127.0.0.1:4242:4242"`, `"4242:4242"`, "stripe-sandbox: port 4242 is published beyond"},
		{"lab: { ipv4", "engine: {}\n      lab: { ipv4", "demo-target: it shares [\"engine\"] with storefront"},
		{"networks: [stripe]", "networks: [edge]", "stripe-sandbox: it reaches the operators' listener"},
		{"      stripe: {}\n", "", "storefront: it shares no network with stripe-sandbox"},
		{"    internal: true\n", "", "demo-target: a way out"},
		{"STRIPE_API_BASE: http://stripe-sandbox:4242", "STRIPE_API_BASE: http://127.0.0.1:4242", "storefront: nobody answers at STRIPE_API_BASE"},
		{"http://storefront:8080/webhooks", "http://storefront:8081/webhooks", "stripe-sandbox: nobody answers at SANDBOX_WEBHOOK_URL"},
		{"{ ipv4_address: 192.0.2.8 }", "{ ipv4_address: 192.0.2.9 }", "lab target 192.0.2.8:8443"},
		{"{ ipv4_address: 192.0.2.8 }", "{}", "lab target 192.0.2.8:8443"},
		{"192.0.2.8:8443,", "192.0.2.8:8444,", "lab target 192.0.2.8:8444"},
		{"192.0.2.8:8443,", "demo-target:8443,", "lab target demo-target:8443"},
		{"DEMO_TARGET_ADDR: 0.0.0.0", "DEMO_TARGET_ADDR: 127.0.0.1", "lab target 192.0.2.8:8443"},
		{"ip_range: 192.0.2.128/25", "ip_range: 192.0.2.0/25", "lab target 192.0.2.8:8443"},
		{"subnet: 192.0.2.0/24", "subnet: 198.51.100.0/24", "lab target 192.0.2.8:8443"},
	} {
		t.Run(test.new+" for "+test.old, func(t *testing.T) {
			weaken(t, demo(t), []string{base, overlay}, overlay, test.old, test.new, test.complaint)
		})
	}
}

// weaken changes one of the files and expects the complaint.
func weaken(t *testing.T, env map[string]string, files []string, file, old, replacement, complaint string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range files {
		text := read(t, name)
		if name == file {
			weak := strings.ReplaceAll(text, old, replacement)
			if weak == text {
				t.Fatalf("%q is not in the file any more", old)
			}
			text = weak
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := load(t, dir, env, files...)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(append(Judge(p, Hardening), JudgeNetworks(p)...), "\n"); !strings.Contains(got, complaint) {
		t.Errorf("no complaint with %q in:\n%s", complaint, got)
	}
}

func TestDockerfile(t *testing.T) {
	text := read(t, "deploy/Dockerfile")
	judge := func(t *testing.T, text string) string {
		t.Helper()
		all, err := ParseDockerfile(text)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(JudgeDockerfile(all), "\n")
	}
	if got := judge(t, text); got != "" {
		t.Error(got)
	}
	for _, test := range []struct{ old, new, complaint string }{
		{"USER 65532:65532\n", "", "runs as root"},
		{"USER 65532:65532\n", "USER 65532:65532\nUSER 0\n", "unexpected USER 0"},
		{"FROM scratch", "FROM debian:13", "not from scratch"},
		{"golang:1.26.8-trixie", "golang:latest", "not pinned"},
		{"ARG SERVICE\n", "", "ARG SERVICE"},
		{"GOWORK=off ", "", "workspace"},
		{" CGO_ENABLED=0", "", "C library"},
		{"-X doorstep.example/pkg/service.Version=$VERSION", "", "version"},
		{"COPY --from=build /etc/ssl", "# COPY --from=build /etc/ssl", "CA certificates"},
		{"COPY --from=build --chown=65532:65532", "COPY --from=build", "cannot write"},
		{`ENTRYPOINT ["/service"]`, "ENTRYPOINT /service", "entry point"},
		{"USER 65532", "RUN id\nUSER 65532", "unexpected RUN"},
	} {
		weak := strings.ReplaceAll(text, test.old, test.new)
		if weak == text {
			t.Errorf("%q is not in the file any more", test.old)
		}
		if got := judge(t, weak); !strings.Contains(got, test.complaint) {
			t.Errorf("%q for %q: no complaint with %q in:\n%s", test.new, test.old, test.complaint, got)
		}
	}
}

// The context of a build must not hold secrets, data or history.
func TestBuildContextIsAnAllowList(t *testing.T) {
	var patterns []string
	for line := range strings.Lines(read(t, ".dockerignore")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
	if len(patterns) == 0 || patterns[0] != "*" {
		t.Fatalf("it must begin by leaving out everything: %q", patterns)
	}
	for _, p := range patterns {
		if strings.HasPrefix(p, "!") && p != "!pkg" && p != "!services" {
			t.Errorf("%s reaches the builder", p)
		}
	}
}
