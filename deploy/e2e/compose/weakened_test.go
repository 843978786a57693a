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
		{"    network_mode: service:storefront\n    depends_on: *with-storefront\n", "", "mailer: it does not stay"},
	} {
		t.Run(test.new+" for "+test.old, func(t *testing.T) {
			text := read(t, base)
			weak := strings.ReplaceAll(text, test.old, test.new)
			if weak == text {
				t.Fatalf("%q is not in the file any more", test.old)
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, base), []byte(weak), 0o600); err != nil {
				t.Fatal(err)
			}
			p, err := load(t, dir, production, base)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(Judge(p, Hardening), "\n"); !strings.Contains(got, test.complaint) {
				t.Errorf("no complaint with %q in:\n%s", test.complaint, got)
			}
		})
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
