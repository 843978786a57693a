package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/order"
)

// sell inserts an order that was paid at a time.
func (s suite) sell(o order.Order, at time.Time) order.Order {
	s.Helper()
	s.insert(o)
	s.must(func(tx database.Tx) error {
		return Pay(s.Context(), tx, o.ID, order.AwaitingPayment, "pi_"+string(o.ID), at, "paid")
	})
	return o
}

// move advances an order along states.
func (s suite) move(id order.ID, at time.Time, states ...order.State) {
	s.Helper()
	for i, to := range states[1:] {
		s.must(func(tx database.Tx) error { return Advance(s.Context(), tx, id, states[i], to, at, "") })
	}
}

func TestBought(t *testing.T) {
	each(t, func(s suite) {
		ctx := s.Context()
		const ada = "ada@example.com"
		buyer := func(n int, email string) order.Order {
			o := newOrder(n)
			o.CustomerEmail = email
			return o
		}
		first := s.sell(buyer(1, "Ada@Example.com"), noon)
		second := s.sell(buyer(2, ada), noon.Add(time.Hour))
		unpaid := s.insert(buyer(3, ada))
		other := s.sell(buyer(4, "xada@example.com"), noon)
		s.must(func(tx database.Tx) error {
			for _, a := range []Artefact{
				{OrderID: second.ID, Name: "b.pdf", Role: RoleGoods}, {OrderID: second.ID, Name: "a.pdf", Role: RoleGoods},
				{OrderID: second.ID, Name: "report.json", Role: RoleData}, {OrderID: other.ID, Name: "c.pdf", Role: RoleGoods},
			} {
				if _, err := InsertArtefact(ctx, tx, a); err != nil {
					return err
				}
			}
			return nil
		})
		bought := func(limit int) (list []order.ID) {
			orders, err := Bought(ctx, s.db.Read(), ada, limit)
			if err != nil {
				s.Fatal(err)
			}
			for _, o := range orders {
				list = append(list, o.ID)
			}
			return list
		}
		if diff := cmp.Diff([]order.ID{second.ID, first.ID}, bought(10)); diff != "" {
			s.Errorf("%s (unpaid %s, other %s)", diff, unpaid.ID, other.ID)
		}
		if diff := cmp.Diff([]order.ID{second.ID}, bought(1)); diff != "" {
			s.Error(diff)
		}
		goods, err := GoodsBought(ctx, s.db.Read(), ada, 10)
		names := map[order.ID][]string{}
		for id, list := range goods {
			for _, a := range list {
				names[id] = append(names[id], a.Name)
			}
		}
		if diff := cmp.Diff(map[order.ID][]string{second.ID: {"b.pdf", "a.pdf"}}, names); diff != "" || err != nil {
			s.Errorf("goods: %s %v", diff, err)
		}
		for email, want := range map[string]bool{ada: true, "xada@example.com": true, "da@example.com": false, "": false, "%": false} {
			if got, err := IsBuyer(ctx, s.db.Read(), email); got != want || err != nil {
				s.Errorf("IsBuyer(%q) = %v, %v", email, got, err)
			}
		}
	})
}

func TestMedianDelivery(t *testing.T) {
	each(t, func(s suite) {
		ctx := s.Context()
		sold := 0
		deliver := func(product string, paid time.Time, took time.Duration, states ...order.State) {
			sold++
			o := newOrder(sold)
			o.Product = product
			s.sell(o, paid)
			s.move(o.ID, paid.Add(took), append([]order.State{order.Paid, order.Working, order.Ready}, states...)...)
		}
		median := func(since time.Time) string {
			s.Helper()
			took, n, err := MedianDelivery(ctx, s.db.Read(), "a", since)
			if err != nil {
				s.Fatal(err)
			}
			return fmt.Sprint(took, " of ", n)
		}
		want := func(since time.Time, want string) {
			s.Helper()
			if got := median(since); got != want {
				s.Errorf("median = %s, want %s", got, want)
			}
		}
		want(noon, "0s of 0")
		deliver("a", noon, 90*time.Second, order.Sent)
		want(noon, "1m30s of 1")
		deliver("a", noon.Add(time.Hour), 30*time.Second, order.Sent, order.Delivered)
		want(noon, "1m0s of 2")
		deliver("a", noon.Add(2*time.Hour), time.Hour, order.Sent)
		want(noon, "1m30s of 3")
		deliver("a", noon.Add(3*time.Hour), time.Second)                             // not sent
		deliver("a", noon.Add(3*time.Hour), time.Second, order.Sent, order.Refunded) // no longer stands
		deliver("b", noon.Add(3*time.Hour), time.Second, order.Sent)                 // another product
		deliver("a", noon.Add(-time.Millisecond), time.Second, order.Sent)           // too old
		want(noon, "1m30s of 3")
		want(noon.Add(time.Hour), "30m15s of 2")
	})
}

// TestMedianDeliverySendsAgain counts the first mail: another one, after the address
// was corrected, says nothing of how quick we were.
func TestMedianDeliverySendsAgain(t *testing.T) {
	each(t, func(s suite) {
		o := s.sell(newOrder(1), noon)
		s.move(o.ID, noon.Add(time.Minute), order.Paid, order.Working, order.Ready, order.Sent, order.Undeliverable)
		s.move(o.ID, noon.Add(24*time.Hour), order.Undeliverable, order.Sent)
		took, n, err := MedianDelivery(s.Context(), s.db.Read(), o.Product, noon)
		if took != time.Minute || n != 1 || err != nil {
			s.Errorf("MedianDelivery = %s of %d, %v", took, n, err)
		}
	})
}

// TestMedianDeliveryLooksAtTheNewest writes more orders than are looked at, the old
// ones slow.
func TestMedianDeliveryLooksAtTheNewest(t *testing.T) {
	each(t, func(s suite) {
		ctx := s.Context()
		s.must(func(tx database.Tx) error {
			for n := range medianOf + 300 {
				took := time.Second
				if n < 300 {
					took = time.Hour
				}
				o, paid := newOrder(n), noon.Add(time.Duration(n)*time.Second)
				if _, err := InsertOrder(ctx, tx, o, ""); err != nil {
					return err
				}
				if err := Pay(ctx, tx, o.ID, order.AwaitingPayment, "", paid, ""); err != nil {
					return err
				}
				for _, to := range [][2]order.State{{order.Paid, order.Working}, {order.Working, order.Ready}, {order.Ready, order.Sent}} {
					if err := Advance(ctx, tx, o.ID, to[0], to[1], paid.Add(took), ""); err != nil {
						return err
					}
				}
			}
			return nil
		})
		took, n, err := MedianDelivery(ctx, s.db.Read(), "security-audit", noon)
		if took != time.Second || n != medianOf || err != nil {
			s.Errorf("MedianDelivery = %s of %d, %v", took, n, err)
		}
	})
}
