package account

import (
	"cmp"
	"slices"
	"strings"

	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// sessionPlaceholder is replaced by the session's id in success_url.
const sessionPlaceholder = "{CHECKOUT_SESSION_ID}"

// Payment is what a payer hands in on the hosted page.
type Payment struct {
	Instrument  Instrument
	Email, Name string
}

// Pay pays an open session. A declined card is the error; the session stays open.
func (a *Account) Pay(id string, p Payment) (Session, *refusal.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.sessions.get(id)
	if !ok {
		return Session{}, refusal.NotFound("checkout.session", id, "session")
	}
	if s.Status == StatusOpen && s.ExpiresAt <= a.now().Unix() {
		a.expire(Cause{}, s)
	}
	if s.Status != StatusOpen {
		return *s, refusal.Invalid("", "checkout_not_open", "This Checkout Session is %s and cannot be paid.", s.Status)
	}
	if !slices.Contains(s.PaymentMethodTypes, p.Instrument.Method) {
		return *s, refusal.Invalid("card", "", "This Checkout Session does not offer %s.", p.Instrument.Method)
	}
	if s.CustomerEmail != nil {
		p.Email = *s.CustomerEmail
	}
	if !ValidEmail(p.Email) {
		return *s, refusal.Invalid("email", "email_invalid", "Please enter an e-mail address, such as you@example.com.")
	}
	if s.CustomerCreation == "always" && s.Customer == nil {
		s.Customer = optional(newID("cus_", 14))
	}
	intent := a.intent(s)
	charge := a.charge(intent, p)
	if d := p.Instrument.Decline; d != nil {
		return *s, a.decline(intent, charge, d)
	}
	s.CustomerDetails = &CustomerDetails{Address: &Address{Country: optional("US")}, Email: &p.Email, Name: optional(p.Name), TaxExempt: "none", TaxIDs: []null{}}
	s.Status, s.URL = StatusComplete, nil
	if p.Instrument.Method == MethodDebit {
		intent.Status, charge.Status = "processing", "pending"
		s.settles, s.settleAt = p.Instrument.Settles, a.now().Add(a.settleIn)
		a.emit(Cause{}, ChargePending, charge, nil)
		a.emit(Cause{}, IntentProcessing, intent, nil)
	} else {
		s.PaymentStatus = PaymentPaid
		a.collect(intent, charge)
	}
	a.emit(Cause{}, SessionCompleted, s, nil)
	return *s, nil
}

// Settle ends a delayed payment.
func (a *Account) Settle(id string, end Settlement) (Session, *refusal.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.sessions.get(id)
	if !ok {
		return Session{}, refusal.NotFound("checkout.session", id, "session")
	}
	if !a.settle(s, end) {
		return *s, refusal.Invalid("", "", "This Checkout Session has no payment that waits for its outcome.")
	}
	return *s, nil
}

// settle reports false when nothing waits.
func (a *Account) settle(s *Session, end Settlement) bool {
	s.settles = ""
	intent, charge := a.pending(s)
	if charge == nil {
		return false
	}
	if end == SettleSucceeds {
		s.PaymentStatus = PaymentPaid
		a.collect(intent, charge)
		a.emit(Cause{}, SessionAsyncSucceeded, s, nil)
		return true
	}
	_ = a.decline(intent, charge, &Decline{"generic_decline", "The bank did not pay the debit."}) // the events tell it
	a.emit(Cause{}, SessionAsyncFailed, s, nil)
	return true
}

// Waits reports whether a session's payment waits for its outcome.
func (a *Account) Waits(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.sessions.get(id)
	if !ok {
		return false
	}
	_, charge := a.pending(s)
	return charge != nil
}

func (a *Account) pending(s *Session) (*PaymentIntent, *Charge) {
	if s.PaymentIntent == nil {
		return nil, nil
	}
	intent, ok := a.intents.get(*s.PaymentIntent)
	if !ok || intent.Status != "processing" || intent.LatestCharge == nil {
		return nil, nil
	}
	charge, _ := a.charges.get(*intent.LatestCharge)
	return intent, charge
}

// intent returns the session's PaymentIntent; the first try makes it.
func (a *Account) intent(s *Session) *PaymentIntent {
	if s.PaymentIntent != nil {
		if intent, ok := a.intents.get(*s.PaymentIntent); ok {
			return intent
		}
	}
	id := newID("pi_3", 23)
	intent := &PaymentIntent{
		ID: id, Object: "payment_intent", Amount: s.AmountTotal, Currency: s.Currency, Created: a.now().Unix(),
		CaptureMethod: cmp.Or(s.intent.CaptureMethod, "automatic"), ConfirmationMethod: "automatic",
		ClientSecret: id + newID("_secret_", 25), Customer: s.Customer, Description: optional(s.intent.Description),
		Metadata: kept(s.intent.Metadata), PaymentMethodTypes: s.PaymentMethodTypes, Status: "requires_payment_method",
		ReceiptEmail: optional(s.intent.ReceiptEmail), StatementDescriptor: optional(s.intent.StatementDescriptor),
		StatementDescriptorSuffix: optional(s.intent.StatementDescriptorSuffix), TransferGroup: optional(s.intent.TransferGroup),
	}
	a.intents.add(id, intent)
	s.PaymentIntent = &intent.ID
	return intent
}

func (a *Account) charge(intent *PaymentIntent, p Payment) *Charge {
	charge := &Charge{
		ID: newID("ch_3", 23), Object: "charge", Amount: intent.Amount, Currency: intent.Currency, Created: a.now().Unix(),
		BillingDetails:      BillingDetails{Email: &p.Email, Name: optional(p.Name)},
		CalculatedStatement: strings.ToUpper(cmp.Or(deref(intent.StatementDescriptor), "Sandbox")),
		Customer:            intent.Customer, Description: intent.Description, Metadata: intent.Metadata,
		PaymentIntent: intent.ID, PaymentMethod: newID("pm_1", 23),
		PaymentMethodDetails: p.Instrument.details(intent.Amount, a.now().Year()), ReceiptEmail: intent.ReceiptEmail,
		StatementDescriptor: intent.StatementDescriptor, StatementDescriptorSuffix: intent.StatementDescriptorSuffix,
		TransferGroup: intent.TransferGroup, Status: "pending",
	}
	a.charges.add(charge.ID, charge)
	intent.LatestCharge, intent.PaymentMethod = &charge.ID, &charge.PaymentMethod
	return charge
}

// collect ends a charge well.
func (a *Account) collect(intent *PaymentIntent, charge *Charge) {
	charge.Status, charge.Paid, charge.Captured, charge.AmountCaptured = "succeeded", true, true, charge.Amount
	charge.BalanceTransaction = optional(newID("txn_3", 23))
	charge.ReceiptURL = optional(a.pages + "/receipts/" + charge.ID)
	charge.Outcome = &Outcome{NetworkStatus: "approved_by_network", RiskLevel: "normal", RiskScore: 12, SellerMessage: "Payment complete.", Type: "authorized"}
	intent.Status, intent.AmountReceived, intent.LastPaymentError = "succeeded", intent.Amount, nil
	a.emit(Cause{}, ChargeSucceeded, charge, nil)
	a.emit(Cause{}, IntentSucceeded, intent, nil)
}

// decline ends a charge badly.
func (a *Account) decline(intent *PaymentIntent, charge *Charge, d *Decline) *refusal.Error {
	charge.Status, charge.FailureCode, charge.FailureMessage = "failed", optional("card_declined"), &d.Message
	charge.Outcome = &Outcome{NetworkStatus: "declined_by_network", Reason: &d.Code, RiskLevel: "normal", RiskScore: 12,
		SellerMessage: "The bank did not return any further details with this decline.", Type: "issuer_declined"}
	reason := d.refusal(charge.ID)
	intent.Status, intent.LastPaymentError, intent.PaymentMethod = "requires_payment_method", reason, nil
	a.emit(Cause{}, ChargeFailed, charge, nil)
	a.emit(Cause{}, IntentFailed, intent, nil)
	return reason
}

// ReturnURL is where the payer goes after paying.
func (s *Session) ReturnURL() string {
	return strings.ReplaceAll(s.SuccessURL, sessionPlaceholder, s.ID)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
