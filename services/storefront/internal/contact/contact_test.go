package contact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/riverqueue/river"

	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/store"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// eachDesk runs one test over both databases. The jobs are written and not worked.
func eachDesk(t *testing.T, f func(t *testing.T, d *Desk)) {
	t.Helper()
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, url string) {
		db := databasetest.Open(t, url, store.Migrations())
		queue := jobs.New(db, 0)
		workers := river.NewWorkers()
		river.AddWorker(workers, river.WorkFunc(func(context.Context, *river.Job[jobs.SendArgs]) error { return nil }))
		if err := queue.Open(t.Context(), slog.New(slog.DiscardHandler), workers); err != nil {
			t.Fatal(err)
		}
		f(t, &Desk{
			DB: db, Queue: queue, Seller: mailapi.Seller{Name: "Shop"}, To: "seller@example.com", ConsoleURL: "http://ops.test",
			Now: func() time.Time { return noon },
		})
	})
}

func message(verdict string) Message {
	return Message{
		Name: "Søren O'Brien 李", Email: "soren@example.org", Company: "Ex\"ample <b>", Text: "First line\r\n\r\nsecond <script>",
		Lang: "de", Verdict: verdict, Reason: "because",
	}
}

func TestSend(t *testing.T) {
	for verdict, state := range map[string]string{
		mailapi.VerdictLegitimate: store.ContactMailed, mailapi.VerdictTest: store.ContactMailed,
		mailapi.VerdictSpam: store.ContactKept, mailapi.VerdictAttack: store.ContactKept,
	} {
		t.Run(verdict, func(t *testing.T) {
			eachDesk(t, func(t *testing.T, d *Desk) {
				ctx := t.Context()
				if err := d.Send(ctx, message(verdict)); err != nil {
					t.Fatal(err)
				}
				kept, err := store.ContactMessages(ctx, d.DB.Read(), 10)
				want := []store.ContactMessage{{
					At: noon, Name: "Søren O'Brien 李", Email: "soren@example.org", Company: "Ex\"ample <b>", Text: "First line\n\nsecond <script>",
					Lang: "de", Verdict: verdict, Reason: "because", State: state,
				}}
				if diff := cmp.Diff(want, kept, cmpopts.IgnoreFields(store.ContactMessage{}, "ID")); diff != "" || err != nil {
					t.Fatalf("kept: %s %v", diff, err)
				}
				counts, err := store.Verdicts(ctx, d.DB.Read(), noon)
				if diff := cmp.Diff([]store.VerdictCount{{Day: "2026-11-24", Verdict: verdict, Reason: "because", Count: 1}}, counts); diff != "" || err != nil {
					t.Errorf("counted: %s %v", diff, err)
				}
				checkMail(t, d, kept[0])
			})
		})
	}
}

// checkMail wants one mail to the seller with one job for a message that is mailed,
// and neither for one that is kept.
func checkMail(t *testing.T, d *Desk, kept store.ContactMessage) {
	t.Helper()
	ctx := t.Context()
	intents, err := store.Messages(ctx, d.DB.Read(), "")
	if err != nil {
		t.Fatal(err)
	}
	var queued int
	if err := d.DB.Read().QueryRow(ctx, `SELECT count(*) FROM river_job WHERE kind = 'send'`).Scan(&queued); err != nil {
		t.Fatal(err)
	}
	wanted := 0
	if kept.State == store.ContactMailed {
		wanted = 1
	}
	if len(intents) != wanted || queued != wanted {
		t.Fatalf("%d mails, %d jobs, want %d", len(intents), queued, wanted)
	}
	if wanted == 0 {
		return
	}
	mail, ok, err := d.Mail(ctx, intents[0])
	if err != nil || !ok {
		t.Fatalf("no mail: %v", err)
	}
	var data mailapi.Contact
	if err := json.Unmarshal(mail.Data, &data); err != nil {
		t.Fatal(err)
	}
	want := mailapi.Contact{
		Seller: d.Seller, Name: kept.Name, Email: kept.Email, Company: kept.Company, Message: kept.Text, At: noon,
		Verdict: kept.Verdict, ConsoleURL: "http://ops.test",
	}
	if diff := cmp.Diff(want, data); diff != "" {
		t.Error(diff)
	}
	if mail.To != "seller@example.com" || mail.ReplyTo != "soren@example.org" || mail.Template != mailapi.TemplateContact {
		t.Errorf("mail %+v", mail)
	}
}

func TestSendRefuses(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *Desk) {
		for name, test := range map[string]struct {
			change func(*Message)
			fields string
		}{
			"empty":         {func(m *Message) { m.Name, m.Email, m.Text = "", "", "" }, "[email message name]"},
			"blank":         {func(m *Message) { m.Name, m.Text = " \t\r\n", "\x00\u202e \n" }, "[message name]"},
			"two addresses": {func(m *Message) { m.Email = "a@example.com,b@example.com" }, "[email]"},
			"header":        {func(m *Message) { m.Email = "a@example.com\r\nBcc: b@example.com" }, "[email]"},
			"long": {func(m *Message) {
				m.Name, m.Company, m.Text = strings.Repeat("é", 121), strings.Repeat("é", 121), strings.Repeat("é", 5001)
			}, "[company message name]"},
		} {
			m := message(mailapi.VerdictLegitimate)
			test.change(&m)
			err := d.Send(t.Context(), m)
			e, ok := errors.AsType[*errs.Error](err)
			if !ok || e.Kind != errs.Invalid {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if got := fmt.Sprint(keys(e.Fields)); got != test.fields {
				t.Errorf("%s: fields %s, want %s", name, got, test.fields)
			}
		}
		kept, err := store.ContactMessages(t.Context(), d.DB.Read(), 10)
		if len(kept) != 0 || err != nil {
			t.Errorf("%d messages, %v", len(kept), err)
		}
	})
}

// TestSendKeepsWhatIsHostile stores texts that a database or a reader could choke on.
func TestSendKeepsWhatIsHostile(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *Desk) {
		m := message(mailapi.VerdictAttack)
		m.Name, m.Company = "Eve\r\nBcc: all@example.com", "\u202eevil\x1b[31m"
		m.Text = "'; DROP TABLE orders; --\x00 \xff\xfe {{.Seller}} ${jndi:ldap://x} \u2066x\u2069"
		if err := d.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		kept, err := store.ContactMessages(t.Context(), d.DB.Read(), 1)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{kept[0].Name, kept[0].Company, kept[0].Text}
		want := []string{"Eve Bcc: all@example.com", "evil[31m", "'; DROP TABLE orders; -- \uFFFD {{.Seller}} ${jndi:ldap://x} x"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func keys(m map[string]string) (list []string) {
	for _, field := range []string{"company", "email", "message", "name"} {
		if m[field] != "" {
			list = append(list, field)
		}
	}
	return list
}

func TestCleanEmail(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		" Ada.L+x@Example.co.uk ": "Ada.L+x@Example.co.uk",
		"o'brien@example.com":     "o'brien@example.com",
		"Ada <ada@example.com>":   "", "ada": "", "@example.com": "", "ada@": "", "ada@localhost": "", "ada@[127.0.0.1]": "", "ada@example..com": "",
		"a@b@example.com": "", "ünal@example.com": "", "a b@example.com": "", "\"a\"@example.com": "", "ada@example.com (x)": "",
		strings.Repeat("a", 65) + "@example.com": "", strings.Repeat("a", 64) + "@example.com": strings.Repeat("a", 64) + "@example.com",
		"a@" + strings.Repeat("b.", 130) + "example": "",
	} {
		got, reason := CleanEmail(value)
		if got != want || (reason == "") != (want != "") {
			t.Errorf("CleanEmail(%q) = %q, %q; want %q", value, got, reason, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("Ada", "ada@example.com", "Example", "Hello\r\nthere")
	f.Add("\x00\u202e", "a@b.c\r\nBcc: d@e.f", "\xff", "\n\n\u2028")
	f.Fuzz(func(t *testing.T, name, email, company, text string) {
		m, reasons := clean(Message{Name: name, Email: email, Company: company, Text: text})
		if len(reasons) > 0 {
			return
		}
		for _, line := range []string{m.Name, m.Email, m.Company} {
			if strings.ContainsFunc(line, unicode.IsControl) || !utf8.ValidString(line) {
				t.Errorf("not one clean line: %q", line)
			}
		}
		if strings.ContainsAny(m.Text, "\x00\r") || !utf8.ValidString(m.Text) || m.Text == "" {
			t.Errorf("not a clean text: %q", m.Text)
		}
		again, reasons := clean(m)
		if again != m || len(reasons) > 0 {
			t.Errorf("cleaning twice differs: %+v, %+v, %v", m, again, reasons)
		}
	})
}
