// Command demo plays a sale on loopback with the real programs: an audit is ordered,
// paid, made and mailed, and a file is bought and fetched through its link. It needs
// no Docker, no accounts and no internet.
//
// Variables: TARGET audits another site than the weak demo site; ONCE=1 ends after
// the sale instead of serving on; BIN is the folder with the binaries (bin).
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"doorstep.example/deploy/e2e/stack"
)

// saleTimeout bounds one sale: the engine's two minutes, and some for the rest.
const saleTimeout = 150 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	out := newScreen(os.Stdout)
	err := run(ctx, out)
	if err != nil && ctx.Err() == nil {
		out.failure(err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has been called
	}
}

// run starts everything, plays both sales, and serves on until Ctrl-C.
func run(ctx context.Context, out *screen) (err error) {
	s, err := start(ctx, out)
	if err != nil {
		return err
	}
	defer func() {
		out.line("")
		out.note("Stopping the five programs …")
		err = errors.Join(err, s.Stop())
	}()
	audit, err := sellAudit(ctx, s, out)
	if err != nil {
		return err
	}
	if err := sellFile(ctx, s, out); err != nil {
		return err
	}
	out.results(s, audit)
	if os.Getenv("ONCE") == "1" {
		return nil
	}
	out.note("Serving until you press Ctrl-C.")
	<-ctx.Done()
	return nil
}

func start(ctx context.Context, out *screen) (*stack.Stack, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	out.title("Doorstep demo", "A customer pays, the product arrives, nobody touches anything.")
	addrs := stack.Defaults()
	if err := addrs.CheckFree(); err != nil {
		return nil, err
	}
	s, err := stack.Start(ctx, stack.Config{
		Bin: filepath.Join(root, cmp.Or(os.Getenv("BIN"), "bin")), Dir: filepath.Join(root, "var", "demo"), Root: root, Addrs: addrs,
	})
	if err != nil {
		return nil, err
	}
	for _, name := range stack.Programs() {
		out.started(name, s)
	}
	return s, nil
}

// sale is a finished one.
type sale struct {
	order stack.Order
	mail  stack.Mail
	pdf   string // path of the saved PDF
}

func sellAudit(ctx context.Context, s *stack.Stack, out *screen) (sale, error) {
	target := cmp.Or(os.Getenv("TARGET"), s.TargetURL())
	out.section("An automated security audit of " + target)
	form := url.Values{
		"customer_email": {"ada@customer.example.com"}, "contact_name": {"Ada Lovelace"}, "target_url": {target}, "target_name": {name(target)},
	}
	o, err := sell(ctx, s, out, "security-audit", form)
	if err != nil {
		return sale{}, err
	}
	mail, err := oneMail(s, o.ID, "report")
	if err != nil {
		return sale{}, err
	}
	pdf, err := savePDF(s, o, mail)
	return sale{order: o, mail: mail, pdf: pdf}, err
}

func sellFile(ctx context.Context, s *stack.Stack, out *screen) error {
	out.section("A download")
	o, err := sell(ctx, s, out, "agent-playbook", url.Values{"customer_email": {"ada@customer.example.com"}, "contact_name": {"Ada Lovelace"}})
	if err != nil {
		return err
	}
	mail, err := oneMail(s, o.ID, "download")
	if err != nil {
		return err
	}
	size, err := fetchByLink(ctx, s, mail, "unattended-delivery-playbook.md")
	if err != nil {
		return err
	}
	out.step("fetched", fmt.Sprintf("%d bytes through the link in the mail, identical to the file in the catalogue", size))
	return nil
}

// sell posts the form, pays at the hosted page, and follows the order to its mail.
func sell(ctx context.Context, s *stack.Stack, out *screen, product string, form url.Values) (stack.Order, error) {
	ctx, cancel := context.WithTimeout(ctx, saleTimeout)
	defer cancel()
	hosted, err := s.Begin(ctx, product, form)
	if err != nil {
		return stack.Order{}, err
	}
	out.step("ordered", "the form was posted; Stripe's stand-in shows its payment page")
	paying := time.Now()
	id, err := s.Pay(ctx, hosted)
	if err != nil {
		return stack.Order{}, err
	}
	timeline := out.timeline(paying)
	o, err := s.Follow(ctx, id, timeline.show, "sent", "delivered", "failed", "held", "undeliverable", "awaiting_proof")
	timeline.end()
	if err == nil && o.State != "sent" && o.State != "delivered" {
		err = fmt.Errorf("the order ended as %q; the seller was alerted (see %s)", o.State, s.Outbox())
	}
	return o, err
}

func name(target string) string {
	if os.Getenv("TARGET") == "" {
		return "Northwind Atelier"
	}
	if u, err := url.Parse(target); err == nil {
		return u.Hostname()
	}
	return ""
}
