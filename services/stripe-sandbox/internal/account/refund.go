package account

import "doorstep.example/services/stripe-sandbox/internal/refusal"

// RefundParams is what POST /v1/refunds takes and the sandbox uses.
type RefundParams struct {
	Amount        *int64            `json:"amount"`
	Charge        string            `json:"charge"`
	PaymentIntent string            `json:"payment_intent"`
	Reason        string            `json:"reason"`
	Metadata      metadataOrNothing `json:"metadata"`
}

// CreateRefund gives money back, all that is left unless an amount is named.
func (a *Account) CreateRefund(cause Cause, p RefundParams) (Refund, *refusal.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := checkMetadata("metadata", p.Metadata); err != nil {
		return Refund{}, err
	}
	charge, err := a.refundable(p)
	if err != nil {
		return Refund{}, err
	}
	left := charge.Amount - charge.AmountRefunded
	amount := left
	if p.Amount != nil {
		amount = *p.Amount
	}
	switch {
	case left == 0:
		return Refund{}, refusal.Invalid("", "charge_already_refunded", "Charge %s has already been refunded.", charge.ID)
	case amount < 1:
		return Refund{}, refusal.Invalid("amount", "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	case amount > left:
		return Refund{}, refusal.Invalid("amount", "", "Refund amount (%d) is greater than unrefunded amount on charge (%d)", amount, left)
	case charge.Disputed && a.openDispute(charge.ID):
		return Refund{}, refusal.Invalid("", "charge_disputed", "Charge %s has an open dispute and cannot be refunded.", charge.ID)
	}
	refund := &Refund{
		ID: newID("re_3", 23), Object: "refund", Amount: amount, BalanceTransaction: newID("txn_3", 23), Charge: charge.ID,
		Created: a.now().Unix(), Currency: charge.Currency, Metadata: kept(p.Metadata), PaymentIntent: charge.PaymentIntent,
		Reason: optional(p.Reason), Status: "succeeded",
	}
	a.refunds.add(refund.ID, refund)
	previous := map[string]any{"amount_refunded": charge.AmountRefunded}
	charge.AmountRefunded += amount
	if charge.AmountRefunded == charge.Amount {
		charge.Refunded = true
		previous["refunded"] = false
	}
	a.emit(cause, ChargeRefunded, charge, previous)
	return *refund, nil
}

// refundable finds the paid charge that the parameters name.
func (a *Account) refundable(p RefundParams) (*Charge, *refusal.Error) {
	if p.Charge != "" {
		charge, ok := a.charges.get(p.Charge)
		switch {
		case !ok:
			return nil, refusal.Unknown("charge", p.Charge, "charge")
		case p.PaymentIntent != "" && p.PaymentIntent != charge.PaymentIntent:
			return nil, refusal.Invalid("payment_intent", "", "The charge does not belong to this PaymentIntent.")
		case !charge.Paid:
			return nil, refusal.Invalid("charge", "", "Charge %s is %s and cannot be refunded.", charge.ID, charge.Status)
		}
		return charge, nil
	}
	if p.PaymentIntent == "" {
		return nil, refusal.Invalid("", "parameter_missing", "One of the following params should be provided for this request: payment_intent or charge.")
	}
	intent, ok := a.intents.get(p.PaymentIntent)
	if !ok {
		return nil, refusal.Unknown("payment_intent", p.PaymentIntent, "payment_intent")
	}
	if intent.LatestCharge != nil {
		if charge, ok := a.charges.get(*intent.LatestCharge); ok && charge.Paid {
			return charge, nil
		}
	}
	return nil, refusal.Invalid("payment_intent", "", "This PaymentIntent (%s) does not have a successful charge to refund.", intent.ID)
}
