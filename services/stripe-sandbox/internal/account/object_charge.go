package account

// Charge is one debit of a card or a bank account.
type Charge struct {
	ID                        string            `json:"id"`
	Object                    string            `json:"object"`
	Amount                    int64             `json:"amount"`
	AmountCaptured            int64             `json:"amount_captured"`
	AmountRefunded            int64             `json:"amount_refunded"`
	Application               null              `json:"application"`
	ApplicationFee            null              `json:"application_fee"`
	ApplicationFeeAmount      null              `json:"application_fee_amount"`
	BalanceTransaction        *string           `json:"balance_transaction"`
	BillingDetails            BillingDetails    `json:"billing_details"`
	CalculatedStatement       string            `json:"calculated_statement_descriptor"`
	Captured                  bool              `json:"captured"`
	Created                   int64             `json:"created"`
	Currency                  string            `json:"currency"`
	Customer                  *string           `json:"customer"`
	Description               *string           `json:"description"`
	Disputed                  bool              `json:"disputed"`
	FailureBalanceTransaction null              `json:"failure_balance_transaction"`
	FailureCode               *string           `json:"failure_code"`
	FailureMessage            *string           `json:"failure_message"`
	FraudDetails              struct{}          `json:"fraud_details"`
	Invoice                   null              `json:"invoice"`
	Livemode                  bool              `json:"livemode"`
	Metadata                  map[string]string `json:"metadata"`
	OnBehalfOf                null              `json:"on_behalf_of"`
	Outcome                   *Outcome          `json:"outcome"`
	Paid                      bool              `json:"paid"`
	PaymentIntent             string            `json:"payment_intent"`
	PaymentMethod             string            `json:"payment_method"`
	PaymentMethodDetails      MethodDetails     `json:"payment_method_details"`
	RadarOptions              struct{}          `json:"radar_options"`
	ReceiptEmail              *string           `json:"receipt_email"`
	ReceiptNumber             null              `json:"receipt_number"`
	ReceiptURL                *string           `json:"receipt_url"`
	Refunded                  bool              `json:"refunded"`
	Review                    null              `json:"review"`
	Shipping                  null              `json:"shipping"`
	SourceTransfer            null              `json:"source_transfer"`
	StatementDescriptor       *string           `json:"statement_descriptor"`
	StatementDescriptorSuffix *string           `json:"statement_descriptor_suffix"`
	Status                    string            `json:"status"`
	TransferData              null              `json:"transfer_data"`
	TransferGroup             *string           `json:"transfer_group"`
}

// BillingDetails is the payer, as the bank has them.
type BillingDetails struct {
	Address Address `json:"address"`
	Email   *string `json:"email"`
	Name    *string `json:"name"`
	Phone   null    `json:"phone"`
}

// Outcome is what the bank and Radar said.
type Outcome struct {
	NetworkStatus string  `json:"network_status"`
	Reason        *string `json:"reason"`
	RiskLevel     string  `json:"risk_level"`
	RiskScore     int     `json:"risk_score"`
	SellerMessage string  `json:"seller_message"`
	Type          string  `json:"type"`
}

// MethodDetails is the card or the bank account that paid.
type MethodDetails struct {
	Type      string      `json:"type"`
	Card      *CardDetail `json:"card,omitempty"`
	SEPADebit *SEPADetail `json:"sepa_debit,omitempty"`
}

// CardDetail is what may be shown of a card.
type CardDetail struct {
	AmountAuthorized int64      `json:"amount_authorized"`
	Brand            string     `json:"brand"`
	Checks           CardChecks `json:"checks"`
	Country          string     `json:"country"`
	ExpMonth         int        `json:"exp_month"`
	ExpYear          int        `json:"exp_year"`
	Fingerprint      string     `json:"fingerprint"`
	Funding          string     `json:"funding"`
	Installments     null       `json:"installments"`
	Last4            string     `json:"last4"`
	Mandate          null       `json:"mandate"`
	Network          string     `json:"network"`
	NetworkToken     null       `json:"network_token"`
	ThreeDSecure     null       `json:"three_d_secure"`
	Wallet           null       `json:"wallet"`
}

// CardChecks is what the bank compared.
type CardChecks struct {
	Line1      *string `json:"address_line1_check"`
	PostalCode *string `json:"address_postal_code_check"`
	CVC        string  `json:"cvc_check"`
}

// SEPADetail is what may be shown of a bank account.
type SEPADetail struct {
	BankCode    string `json:"bank_code"`
	BranchCode  string `json:"branch_code"`
	Country     string `json:"country"`
	Fingerprint string `json:"fingerprint"`
	Last4       string `json:"last4"`
	Mandate     null   `json:"mandate"`
}

// Refund is money going back.
type Refund struct {
	ID                     string            `json:"id"`
	Object                 string            `json:"object"`
	Amount                 int64             `json:"amount"`
	BalanceTransaction     string            `json:"balance_transaction"`
	Charge                 string            `json:"charge"`
	Created                int64             `json:"created"`
	Currency               string            `json:"currency"`
	Metadata               map[string]string `json:"metadata"`
	PaymentIntent          string            `json:"payment_intent"`
	Reason                 *string           `json:"reason"`
	ReceiptNumber          null              `json:"receipt_number"`
	SourceTransferReversal null              `json:"source_transfer_reversal"`
	Status                 string            `json:"status"`
	TransferReversal       null              `json:"transfer_reversal"`
}

// Dispute is a payer's complaint at their bank.
type Dispute struct {
	ID                  string            `json:"id"`
	Object              string            `json:"object"`
	Amount              int64             `json:"amount"`
	BalanceTransactions []null            `json:"balance_transactions"`
	Charge              string            `json:"charge"`
	Created             int64             `json:"created"`
	Currency            string            `json:"currency"`
	Evidence            struct{}          `json:"evidence"`
	EvidenceDetails     EvidenceDetails   `json:"evidence_details"`
	IsChargeRefundable  bool              `json:"is_charge_refundable"`
	Livemode            bool              `json:"livemode"`
	Metadata            map[string]string `json:"metadata"`
	PaymentIntent       string            `json:"payment_intent"`
	Reason              string            `json:"reason"`
	Status              string            `json:"status"`
}

// EvidenceDetails says until when the seller may answer.
type EvidenceDetails struct {
	DueBy           *int64 `json:"due_by"`
	HasEvidence     bool   `json:"has_evidence"`
	PastDue         bool   `json:"past_due"`
	SubmissionCount int    `json:"submission_count"`
}
