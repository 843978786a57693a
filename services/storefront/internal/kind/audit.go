package kind

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/screen"
)

// Fields of an audit's order form.
const (
	FieldTargetURL  = "target_url"
	FieldTargetName = "target_name"
)

// reportLife is how long a report may be fetched from the order page.
const reportLife = 180 * 24 * time.Hour

// maxAttached is the largest PDF that goes into the mail; base64 makes a third more
// of it, and mail servers commonly refuse beyond 10 MB. The order page has it anyway.
const maxAttached = 7 << 20

// audit is a security audit of the customer's server, made by the audit-engine.
type audit struct {
	engine auditapi.Client
	live   bool
}

func (audit) Check(p catalog.Product, _ string) map[string]string {
	if p.Tier == "" {
		return map[string]string{"tier": "is missing: an audit needs automated, compliance or redteam"}
	}
	return nil
}

func (a audit) Fields() []Field {
	return []Field{
		{Name: FieldTargetURL, Type: "url", Autocomplete: "url", Required: true, MaxLength: 500, Clean: a.cleanTarget},
		{Name: FieldTargetName, Type: "text", Autocomplete: "organization", MaxLength: 120, Clean: cleanName},
	}
}

func (a audit) Produce(ctx context.Context, j Job) (Made, error) {
	report, pdf, err := a.engine.Audit(ctx, auditapi.Request{
		TargetURL:  j.Order.Fields[FieldTargetURL],
		TargetName: targetName(j.Order.Fields),
		Tier:       j.Order.Tier,
		OrderID:    string(j.Order.ID),
		ReportID:   j.Order.ID.ReportID(),
		Seller:     auditapi.Seller{Name: j.Seller.Name, Color: j.Seller.Color, URL: j.ShopURL, Email: j.Seller.Support},
		VerifyURL:  j.VerifyURL,
		Ownership:  ownership(j),
	}, func(e auditapi.Event) { j.Progress(e.Check, e.Title, e.Done, e.Total) })
	if err != nil {
		return Made{}, err
	}
	data, err := json.Marshal(report)
	if err != nil {
		return Made{}, fmt.Errorf("encode the report: %w", err)
	}
	return Made{
		Files: []File{
			{Name: fileName(report), ContentType: "application/pdf", Content: pdf},
			{Name: "report.json", ContentType: "application/json", Content: data, Internal: true},
		},
		Report: report,
	}, nil
}

// ownership is the token where the tier asks for a proof.
func ownership(j Job) *auditapi.Ownership {
	if j.Order.Tier != auditapi.TierRedTeam || j.ProofToken == "" {
		return nil
	}
	return &auditapi.Ownership{Token: j.ProofToken}
}

func (a audit) Prove(ctx context.Context, j Job) (auditapi.Proof, error) {
	return a.engine.Prove(ctx, auditapi.ProofRequest{TargetURL: j.Order.Fields[FieldTargetURL], Token: j.ProofToken})
}

func (audit) Grant(catalog.Product) (int, time.Duration) { return 0, reportLife }

func (audit) Template() string { return mailapi.TemplateReport }

func (audit) Mail(h Handover) Mail {
	attach := true
	for _, f := range h.Files {
		attach = attach && f.Size <= maxAttached
	}
	return Mail{Attach: attach, Data: mailapi.Report{
		Seller: h.Seller, Order: h.Shown, Target: h.Order.Fields[FieldTargetURL], ReportID: h.Report.ReportID,
		Grade: h.Report.Grade, Score: h.Report.Score, Summary: h.Report.Summary, Attached: attach,
	}}
}

// cleanTarget checks the form of the address. Whether it may be dialled at all is
// judged by the engine, which resolves it. Without real money it may also be one of the
// engine's lab targets, which are named as they like; one that is on this machine or
// named by an address then has a port of its own.
func (a audit) cleanTarget(value string) (string, string) {
	clean, reason := screen.ParseTarget(value, nil, a.live)
	if reason != "" {
		return "", string(reason)
	}
	u, err := url.Parse(clean)
	if err != nil {
		return "", string(screen.TargetHost)
	}
	switch host := u.Hostname(); {
	case u.Port() != "":
	case address(host):
		return "", string(screen.TargetIPAddress)
	case host == "localhost":
		return "", string(screen.TargetPublicName)
	}
	return clean, ""
}

// address reports whether a host is an address in any spelling: the last label of a
// name never begins with a digit (RFC 3696, 2).
func address(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return strings.Contains(host, ":") || (last != "" && last[0] >= '0' && last[0] <= '9')
}

func cleanName(value string) (string, string) {
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", "form.one_line"
	}
	return value, ""
}

func targetName(fields map[string]string) string {
	if name := fields[FieldTargetName]; name != "" {
		return name
	}
	u, err := url.Parse(fields[FieldTargetURL])
	if err != nil {
		return fields[FieldTargetURL]
	}
	return u.Hostname()
}

// fileName is safe on every system: letters, digits, dots and hyphens.
func fileName(r *auditapi.Report) string {
	host := r.Target
	if u, err := url.Parse(r.Target); err == nil {
		host = u.Hostname()
	}
	safe := strings.Map(func(c rune) rune {
		if (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' {
			return c
		}
		return '-'
	}, strings.ToLower(host))
	if len(safe) > 60 {
		safe = safe[:60]
	}
	return "security-audit-" + strings.Trim(safe, ".-") + "-" + r.ReportID + ".pdf"
}
