package compose

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/goccy/go-yaml"
)

// The repository's root, and the files by their role.
const (
	root    = "../../.."
	base    = "docker-compose.yml"
	overlay = "deploy/compose.demo.yml"
	demoEnv = "deploy/demo.env"
)

// production is an environment with every required variable.
var production = map[string]string{
	"INTERNAL_TOKEN": "t", "PUBLIC_BASE_URL": "https://shop.example", "STRIPE_SECRET_KEY": "s", "STRIPE_WEBHOOK_SECRETS": "w",
	"MAIL_TRANSPORT": "resend", "MAIL_FROM": "f@shop.example",
}

// load reads files with exactly the variables of env, as `docker compose` would.
func load(t *testing.T, dir string, env map[string]string, files ...string) (*types.Project, error) {
	t.Helper()
	paths := make([]string, len(files))
	for i, file := range files {
		paths[i] = filepath.Join(dir, file)
	}
	var pairs []string
	for name, value := range env {
		pairs = append(pairs, name+"="+value)
	}
	options, err := cli.NewProjectOptions(paths, cli.WithWorkingDirectory(dir), cli.WithEnv(pairs), cli.WithResolvedPaths(true))
	if err != nil {
		t.Fatal(err)
	}
	return options.LoadProject(t.Context())
}

func mustLoad(t *testing.T, env map[string]string, files ...string) *types.Project {
	t.Helper()
	p, err := load(t, root, env, files...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// demo is the environment of the demo.
func demo(t *testing.T) map[string]string {
	t.Helper()
	env, err := dotenv.Parse(strings.NewReader(read(t, demoEnv)))
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func judge(t *testing.T, p *types.Project) {
	t.Helper()
	for _, complaint := range append(Judge(p, Hardening), JudgeNetworks(p)...) {
		t.Error(complaint)
	}
}

// published lists the ports that the host opens for a service.
func published(p *types.Project, service string) []string {
	var ports []string
	for _, port := range p.Services[service].Ports {
		ports = append(ports, port.HostIP+":"+port.Published)
	}
	return ports
}

func TestProduction(t *testing.T) {
	p := mustLoad(t, production, base)
	if got := p.ServiceNames(); !slices.Equal(got, []string{"audit-engine", "mailer", "storefront"}) {
		t.Errorf("services %q", got)
	}
	judge(t, p)
	shop, engine, mailer := p.Services["storefront"], p.Services["audit-engine"], p.Services["mailer"]
	if ports := published(p, "storefront"); !slices.Equal(ports, []string{":8080", "127.0.0.1:8081"}) {
		t.Errorf("published: %q", ports)
	}
	for _, variable := range []string{"AUDIT_ENGINE_URL", "MAILER_URL"} {
		if Value(p, "storefront", variable) == "" {
			t.Errorf("%s is not set: the default is for programs on one machine", variable)
		}
	}
	if got := Knows(engine, `STRIPE|RESEND|SMTP|MAIL|DATABASE|BLOB|AWS|KEY|SECRET|PASSWORD`); len(got) > 0 {
		t.Errorf("the engine knows %q", got)
	}
	if len(engine.Volumes) > 0 {
		t.Errorf("the engine keeps %v", engine.Volumes)
	}
	if got := Knows(shop, `RESEND|SMTP`); len(got) > 0 {
		t.Errorf("the storefront knows %q", got)
	}
	if got := Knows(mailer, `STRIPE|DOWNLOAD|LICENSE`); len(got) > 0 {
		t.Errorf("the mailer knows %q", got)
	}
	for _, s := range p.Services {
		if len(s.EnvFiles) > 0 {
			t.Errorf("%s is handed all of .env", s.Name)
		}
	}
}

func TestWhatMustLastLasts(t *testing.T) {
	p := mustLoad(t, production, base)
	for _, kept := range []struct{ service, variable, scheme string }{
		{"storefront", "DATABASE_URL", "sqlite:"},
		{"storefront", "BLOB_URL", "file:"},
		{"mailer", "MAILER_DATABASE_URL", "sqlite:"},
		{"mailer", "OUTBOX_DIR", ""},
	} {
		s := p.Services[kept.service]
		value := s.Environment[kept.variable]
		if value == nil || !Keeps(p, s, strings.TrimPrefix(*value, kept.scheme)) {
			t.Errorf("%s of %s is lost with the container", kept.variable, kept.service)
		}
	}
	want := map[string]string{"deploy/catalog.yaml": *p.Services["storefront"].Environment["CATALOG_FILE"], "deploy/goods": "/etc/doorstep/goods"}
	for _, v := range p.Services["storefront"].Volumes {
		if v.Type != types.VolumeTypeBind {
			continue
		}
		if !v.ReadOnly {
			t.Errorf("%s can be written to", v.Target)
		}
		for source, target := range want {
			if strings.HasSuffix(v.Source, source) && v.Target == target {
				delete(want, source)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("not mounted: %v", want)
	}
}

func TestMissingVariablesAreTold(t *testing.T) {
	for name := range production {
		env := maps.Clone(production)
		delete(env, name)
		if _, err := load(t, root, env, base); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// A secret in the base file is either handed in or empty, never written down.
func TestNoSecretIsWrittenDown(t *testing.T) {
	var file struct {
		Services map[string]struct {
			Environment map[string]string `yaml:"environment"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal([]byte(read(t, base)), &file); err != nil {
		t.Fatal(err)
	}
	secret := regexp.MustCompile(`TOKEN|SECRET|KEY|PASSWORD|SMTP_URL|ALERT_URLS`)
	handed := regexp.MustCompile(`^\$\{[A-Z_]+:(-|\?[^}]+)\}$`)
	seen := 0
	for service, s := range file.Services {
		for name, value := range s.Environment {
			if !secret.MatchString(name) {
				continue
			}
			if seen++; !handed.MatchString(value) {
				t.Errorf("%s: %s is written down", service, name)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d secrets were looked at", seen)
	}
	if got := regexp.MustCompile(`\b(sk|rk)_(live|test)_\w{6,}|whsec_\w{6,}|re_\w{12,}`).FindString(read(t, base)); got != "" {
		t.Errorf("the file holds %s", got)
	}
}

func TestDemoAddsTwoServices(t *testing.T) {
	env := demo(t)
	p, before := mustLoad(t, env, base, overlay), mustLoad(t, env, base)
	added := slices.DeleteFunc(p.ServiceNames(), func(name string) bool { return slices.Contains(before.ServiceNames(), name) })
	if !slices.Equal(added, []string{"demo-target", "stripe-sandbox"}) {
		t.Errorf("added: %q", added)
	}
	judge(t, p)
	root, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Services {
		if s.Build.Context != root {
			t.Errorf("%s is built from %s", s.Name, s.Build.Context)
		}
	}
	if ports := published(p, "storefront"); !slices.Equal(ports, []string{"127.0.0.1:8080", "127.0.0.1:8081"}) {
		t.Errorf("published: %q", ports)
	}
	if ports := published(p, "stripe-sandbox"); !slices.Equal(ports, []string{"127.0.0.1:4242"}) {
		t.Errorf("published by the sandbox: %q", ports)
	}
	hosted := Value(p, "stripe-sandbox", "SANDBOX_PUBLIC_URL")
	if hosted != "http://127.0.0.1:4242" || Value(p, "storefront", "STRIPE_CHECKOUT_ORIGIN") != hosted {
		t.Errorf("the payer's browser is sent to %s, which is not published or which the order form may not lead to", hosted)
	}
	if Value(p, "storefront", "STRIPE_API_BASE") == "" || Value(p, "stripe-sandbox", "SANDBOX_WEBHOOK_URL") == "" {
		t.Error("storefront and sandbox do not know of each other")
	}
	if got := Value(p, "stripe-sandbox", "SANDBOX_WEBHOOK_SECRET"); got == "" || got != Value(p, "storefront", "STRIPE_WEBHOOK_SECRETS") {
		t.Error("the storefront would refuse the sandbox's events")
	}
	for _, variable := range []string{"DEMO_TARGET_ALLOW_REMOTE", "SANDBOX_ALLOW_REMOTE"} {
		if got := Value(p, "demo-target", variable) + Value(p, "stripe-sandbox", variable); got != "true" {
			t.Errorf("%s is %q: the program would not start", variable, got)
		}
	}
	if Value(p, "audit-engine", "AUDIT_LAB_TARGETS") == "" {
		t.Error("the engine may not dial the weak site")
	}
	if Value(p, "mailer", "MAIL_TRANSPORT") != "outbox" {
		t.Error("the demo would send mail")
	}
}
