package portal

import (
	"context"
	"strings"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

// maxPurchases bounds one page of the portal.
const maxPurchases = 200

// Purchase is one paid order with what may be fetched of it.
type Purchase struct {
	Order order.Order
	Goods []store.Artefact // none while the goods are not made, or may not be handed out
}

// Purchases lists what was bought under a session's address, newest first, and whether
// there is more than the 200 that it lists.
func (p *Portal) Purchases(ctx context.Context, email string) (list []Purchase, more bool, err error) {
	q := p.DB.Read()
	orders, err := store.Bought(ctx, q, email, maxPurchases+1)
	if err != nil {
		return nil, false, err
	}
	goods, err := store.GoodsBought(ctx, q, email, maxPurchases+1)
	if err != nil {
		return nil, false, err
	}
	for _, o := range orders[:min(len(orders), maxPurchases)] {
		purchase := Purchase{Order: o}
		if o.State.Deliverable() {
			purchase.Goods = goods[o.ID]
		}
		list = append(list, purchase)
	}
	return list, len(orders) > maxPurchases, nil
}

// Owned returns an order of a session's address, for whatever its owner wants to do
// with it. NotFound, with the same text, for one that does not exist, is another's, or
// was never paid.
func (p *Portal) Owned(ctx context.Context, email, id string) (order.Order, error) {
	none := errs.New(errs.NotFound, "There is no such order under your address.")
	orderID, err := order.ParseID(id)
	if err != nil {
		return order.Order{}, none
	}
	o, err := store.Order(ctx, p.DB.Read(), orderID)
	if errs.KindOf(err) == errs.NotFound {
		return order.Order{}, none
	}
	if err != nil {
		return order.Order{}, err
	}
	if strings.ToLower(o.CustomerEmail) != email || o.PaidAt.IsZero() {
		return order.Order{}, none
	}
	return o, nil
}
