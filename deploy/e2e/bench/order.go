package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"doorstep.example/deploy/e2e/stack"
	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/config"
	"doorstep.example/pkg/mailapi"
)

const (
	downloads   = 30
	audits      = 30
	auditsTime  = 25 * time.Second // no more are begun after it
	burst       = 200
	burstAtOnce = 16
	mailsAtOnce = 10 // as many as the shop hands to the mailer at once
	orderLimit  = 30 * time.Second
	lookEvery   = 20 * time.Millisecond
)

// orders measures from the paid order to the sent mail.
func (b *bench) orders(ctx context.Context) error {
	s, err := b.start(ctx, "", stack.Sandbox)
	if err != nil {
		return err
	}
	defer end(s)
	mailer := mailapi.Client{BaseURL: "http://" + s.Addrs[stack.VarMailer], Token: config.Secret(s.Token)}
	return firstError(
		func() error { return oneDownload(ctx, s, mailer) },
		func() error { return oneAudit(ctx, s) },
		func() error { return manyDownloads(ctx, s, mailer) },
	)
}

func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func oneDownload(ctx context.Context, s *stack.Stack, mailer mailapi.Client) error {
	var orders, mails []time.Duration
	for range downloads {
		took, err := paidToSent(ctx, s, playbook)
		if err != nil {
			return err
		}
		orders = append(orders, took)
		begun := time.Now()
		if err := mail(ctx, s, mailer); err != nil {
			return err
		}
		mails = append(mails, time.Since(begun))
	}
	spread("order.download", orders)
	spread("order.download.bare_mail", mails)
	return nil
}

func oneAudit(ctx context.Context, s *stack.Stack) error {
	engine := auditapi.Client{BaseURL: s.EngineURL(), Token: config.Secret(s.Token)}
	var orders, bare []time.Duration
	for begun := time.Now(); len(orders) < audits && time.Since(begun) < auditsTime; {
		took, err := paidToSent(ctx, s, audit(s.TargetURL()))
		if err != nil {
			return err
		}
		orders = append(orders, took)
		asked := time.Now()
		id := newOrderID()
		_, _, err = engine.Audit(ctx, auditapi.Request{
			TargetURL: s.TargetURL(), TargetName: "Northwind Atelier", Tier: "automated", OrderID: id, ReportID: "DS-" + id[:8],
		}, nil)
		if err != nil {
			return fmt.Errorf("ask the engine alone: %w", err)
		}
		bare = append(bare, time.Since(asked))
	}
	figure("order.audit.measured", float64(len(orders)), count)
	spread("order.audit", orders)
	spread("order.audit.bare_engine", bare)
	return nil
}

// paidToSent delivers a paid event and returns how long the ledger says that the
// order took from paid to sent.
func paidToSent(ctx context.Context, s *stack.Stack, what sale) (time.Duration, error) {
	id, err := deliver(ctx, s, what)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, orderLimit)
	defer cancel()
	o, err := s.Follow(ctx, id, nil, "sent", "delivered", "failed", "held", "undeliverable")
	if err != nil {
		return 0, err
	}
	var paid, sent time.Time
	for _, entry := range o.Timeline {
		switch entry.To {
		case "paid":
			paid = entry.At
		case "sent":
			sent = entry.At
		}
	}
	if paid.IsZero() || sent.IsZero() {
		return 0, fmt.Errorf("order %s of %s ended as %s", id, what.product, o.State)
	}
	return sent.Sub(paid), nil
}

// deliver posts a new order's paid event and returns the order's id.
func deliver(ctx context.Context, s *stack.Stack, what sale) (string, error) {
	now := time.Now()
	id, body := what.event(now)
	status, err := s.Deliver(ctx, body, stack.Sign(body, now, stack.WebhookSecret))
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the webhook answered %d", status)
	}
	return id, err
}

// manyDownloads posts a burst of paid orders and waits until all are sent.
func manyDownloads(ctx context.Context, s *stack.Stack, mailer mailapi.Client) error {
	begun := time.Now()
	ids := make([]string, burst)
	err := each(burst, burstAtOnce, func(i int) (err error) {
		ids[i], err = deliver(ctx, s, playbook)
		return err
	})
	if err != nil {
		return err
	}
	last, err := allSent(ctx, s, ids)
	if err != nil {
		return err
	}
	orders := burst / last.Sub(begun).Seconds()
	begun = time.Now()
	if err := each(2*burst, mailsAtOnce, func(int) error { return mail(ctx, s, mailer) }); err != nil {
		return err
	}
	mails := 2 * burst / time.Since(begun).Seconds()
	figure("burst.orders", orders, perSecond)
	figure("burst.bare_mails", mails, perSecond)
	figure("burst.mails.ratio_to_bare", 2*orders/mails, ratio) // an order is a receipt and a link
	return nil
}

// allSent waits until every order is sent, and returns when the last one was.
func allSent(ctx context.Context, s *stack.Stack, ids []string) (last time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, orderLimit)
	defer cancel()
	for {
		var list struct {
			Orders []struct {
				ID      string    `json:"id"`
				State   string    `json:"state"`
				StateAt time.Time `json:"state_at"`
			} `json:"orders"`
		}
		if err := s.Ops(ctx, "/api/orders?limit=1000&state=sent", &list); err != nil {
			return last, err
		}
		sent := map[string]time.Time{}
		for _, o := range list.Orders {
			sent[o.ID] = o.StateAt
		}
		missing := 0
		for _, id := range ids {
			at, ok := sent[id]
			if !ok {
				missing++
			} else if at.After(last) {
				last = at
			}
		}
		if missing == 0 {
			return last, nil
		}
		select {
		case <-ctx.Done():
			return last, fmt.Errorf("%d of %d orders were not sent within %s", missing, len(ids), orderLimit)
		case <-time.After(lookEvery):
		}
	}
}

// mail hands a mail to the mailer without the shop.
func mail(ctx context.Context, s *stack.Stack, mailer mailapi.Client) error {
	id := newOrderID()
	data, err := json.Marshal(mailapi.Download{
		Seller: mailapi.Seller{Name: "Doorstep Security", Color: "#0f766e", URL: s.ShopURL(), Support: "support@doorstep.example"},
		Order: mailapi.Order{
			ID: id, URL: s.ShopURL() + "/orders/" + id, Product: "The Unattended Delivery Playbook", AmountMinor: 2900, Currency: "usd",
			Customer: "Ada Lovelace", PaidAt: time.Now(),
		},
		File: "unattended-delivery-playbook.md", Link: s.ShopURL() + "/download?token=" + id, ExpiresAt: time.Now().Add(72 * time.Hour), Limit: 5,
	})
	if err != nil {
		return err
	}
	_, err = mailer.Send(ctx, id, mailapi.Send{To: "ada@customer.example.com", Template: mailapi.TemplateDownload, OrderID: id, Data: data})
	if err != nil {
		return fmt.Errorf("hand a mail to the mailer alone: %w", err)
	}
	return nil
}

// each calls f for 0 to n-1, so many at once, and returns the first error.
func each(n, atOnce int, f func(i int) error) error {
	work, failures := make(chan int), make(chan error, atOnce)
	var group sync.WaitGroup
	for range atOnce {
		group.Go(func() {
			var first error
			for i := range work {
				if first == nil {
					first = f(i)
				}
			}
			failures <- first
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	group.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}
