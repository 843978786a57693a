package jobs

import (
	"github.com/riverqueue/river"

	"doorstep.example/services/storefront/internal/order"
)

// Attempts of each kind before a person must act. With Backoff these are about an
// hour and a half for an artefact and half a day for a mail.
const (
	produceAttempts = 12
	sendAttempts    = 30
	confirmAttempts = 10
	notifyAttempts  = 10  // half an hour; the mail says the same
	startAttempts   = 100 // it only inserts; should it be lost all the same, the sweeper finds its orders
)

// ProduceArgs makes an order's artefact.
type ProduceArgs struct {
	OrderID order.ID `json:"order_id"`
}

// Kind implements river.JobArgs.
func (ProduceArgs) Kind() string { return "produce" }

// InsertOpts implements river.JobArgsWithInsertOpts.
func (ProduceArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueProduce, MaxAttempts: produceAttempts}
}

// SendArgs hands one mail to the mailer.
type SendArgs struct {
	MessageID string `json:"message_id"`
}

// Kind implements river.JobArgs.
func (SendArgs) Kind() string { return "send" }

// InsertOpts implements river.JobArgsWithInsertOpts.
func (SendArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueMail, MaxAttempts: sendAttempts}
}

// ConfirmArgs asks the mailer what became of a mail.
type ConfirmArgs struct {
	MessageID string `json:"message_id"`
}

// Kind implements river.JobArgs.
func (ConfirmArgs) Kind() string { return "confirm" }

// InsertOpts implements river.JobArgsWithInsertOpts.
func (ConfirmArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueMail, MaxAttempts: confirmAttempts}
}

// StartArgs starts the jobs of a batch of events.
type StartArgs struct {
	Produce []ProduceArgs `json:"produce"`
	Send    []SendArgs    `json:"send"`
}

// Kind implements river.JobArgs.
func (StartArgs) Kind() string { return "start" }

// InsertOpts implements river.JobArgsWithInsertOpts.
func (StartArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueMail, MaxAttempts: startAttempts}
}

// NotifyArgs sends an alert to one notification channel.
type NotifyArgs struct {
	MessageID string `json:"message_id"`
	Channel   string `json:"channel"` // its key; the URL is a secret
}

// Kind implements river.JobArgs.
func (NotifyArgs) Kind() string { return "notify" }

// InsertOpts implements river.JobArgsWithInsertOpts.
func (NotifyArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueNotify, MaxAttempts: notifyAttempts}
}
