package account

import (
	"time"

	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// answerTime is how long a seller has to send evidence.
const answerTime = 9 * 24 * time.Hour

// The ends of a dispute.
const (
	disputeOpen = "needs_response"
	DisputeWon  = "won"
	DisputeLost = "lost"
)

// OpenDispute lets the payer of a charge complain.
func (a *Account) OpenDispute(chargeID string) (Dispute, *refusal.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	charge, ok := a.charges.get(chargeID)
	switch {
	case !ok:
		return Dispute{}, refusal.NotFound("charge", chargeID, "charge")
	case !charge.Paid:
		return Dispute{}, refusal.Invalid("charge", "", "Charge %s was not paid.", charge.ID)
	case charge.Disputed:
		return Dispute{}, refusal.Invalid("charge", "", "Charge %s has a dispute already.", charge.ID)
	}
	now := a.now()
	due := now.Add(answerTime).Unix()
	dispute := &Dispute{
		ID: newID("dp_1", 23), Object: "dispute", Amount: charge.Amount - charge.AmountRefunded, BalanceTransactions: []null{},
		Charge: charge.ID, Created: now.Unix(), Currency: charge.Currency, EvidenceDetails: EvidenceDetails{DueBy: &due},
		Metadata: map[string]string{}, PaymentIntent: charge.PaymentIntent, Reason: "fraudulent", Status: disputeOpen,
	}
	charge.Disputed = true
	a.disputes.add(dispute.ID, dispute)
	a.emit(Cause{}, DisputeCreated, dispute, nil)
	return *dispute, nil
}

// CloseDispute ends a dispute for or against the seller.
func (a *Account) CloseDispute(id, status string) (Dispute, *refusal.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	dispute, ok := a.disputes.get(id)
	switch {
	case !ok:
		return Dispute{}, refusal.NotFound("dispute", id, "id")
	case status != DisputeWon && status != DisputeLost:
		return Dispute{}, refusal.Invalid("status", "", "Invalid status: must be one of won, lost")
	case !dispute.Open():
		return Dispute{}, refusal.Invalid("", "", "Dispute %s is closed already: %s.", dispute.ID, dispute.Status)
	}
	previous := map[string]any{"status": dispute.Status}
	dispute.Status = status
	a.emit(Cause{}, DisputeClosed, dispute, previous)
	return *dispute, nil
}

// Open reports whether the dispute has not ended.
func (d *Dispute) Open() bool { return d.Status == disputeOpen }

func (a *Account) openDispute(chargeID string) bool {
	open := a.disputes.newest(func(d *Dispute) bool { return d.Charge == chargeID && d.Open() })
	return len(open) > 0
}
