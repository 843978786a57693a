package portal

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/store"
)

// Mail composes the mail of a login, the same whenever it is called. It reports false
// when there is nothing to send: nobody bought under that address, the link is over
// before the mail could go out, or the key that it was made with is gone.
func (p *Portal) Mail(ctx context.Context, m store.Message) (mailapi.Send, bool, error) {
	l, err := store.LoginByID(ctx, p.DB.Read(), strings.TrimPrefix(m.Purpose, store.PurposeLogin))
	if err != nil {
		return mailapi.Send{}, false, err
	}
	buyer, err := store.IsBuyer(ctx, p.DB.Read(), l.Email)
	if err != nil {
		return mailapi.Send{}, false, err
	}
	token := p.Keys.token(l)
	if !buyer || token == "" || !p.Now().Before(l.ExpiresAt) {
		return mailapi.Send{}, false, nil
	}
	data, err := json.Marshal(mailapi.Login{Seller: p.Seller, Shop: p.Seller.Name, Link: p.ShopURL + "/portal/enter?token=" + token, ExpiresAt: l.ExpiresAt})
	if err != nil {
		return mailapi.Send{}, false, fmt.Errorf("encode the mail's data: %w", err)
	}
	return mailapi.Send{To: m.To, Template: m.Template, Lang: l.Lang, Data: data}, true, nil
}
