// Package kind knows the sorts of products: what each asks of the buyer, how its
// goods are made, and how they are handed over. A new sort is one file here and one
// line in All.
package kind

import (
	"context"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/order"
)

// Kind is one sort of product.
type Kind interface {
	// Check says what the catalogue entry lacks, by key. folder is the catalogue's.
	Check(p catalog.Product, folder string) map[string]string
	// Fields are what the order form asks beside address and name.
	Fields() []Field
	// Produce makes the goods. It may run more than once for one order. Errors are
	// *errs.Error; a permanent kind ends the order, all others are tried again.
	Produce(ctx context.Context, j Job) (Made, error)
	// Prove looks whether the buyer controls what they want worked on, where that must be
	// proven first. Errors are as for Produce.
	Prove(ctx context.Context, j Job) (auditapi.Proof, error)
	// Grant says how often and how long the goods may be fetched; 0 uses: no limit.
	Grant(p catalog.Product) (uses int, life time.Duration)
	// Template names the mail that hands the goods over, and Mail composes it.
	Template() string
	Mail(h Handover) Mail
}

// Field is one input of an order form. Its texts are those under field.NAME in the
// pages' message files.
type Field struct {
	Name         string // also its key in Stripe's metadata
	Type         string // text, url or email, as in HTML
	Autocomplete string
	Required     bool
	MaxLength    int
	// Clean returns the value to keep, or the key of the reason for the buyer why it will
	// not do.
	Clean func(value string) (clean, reason string)
}

// Job is one order whose goods are to be made.
type Job struct {
	Order     order.Order
	Product   catalog.Product
	Seller    catalog.Seller
	ShopURL   string
	VerifyURL string
	// ProofToken proves control of the target to whoever finds it there.
	ProofToken string
	// Progress may be called as often as the kind likes. check is the id of what is being
	// looked at, for a text in the buyer's language; it may be empty.
	Progress func(check, title string, done, total int)
}

// Made is what Produce returns.
type Made struct {
	Files  []File
	Report *auditapi.Report // of an audit
}

// File is one made file.
type File struct {
	Name        string
	ContentType string
	Content     []byte
	Internal    bool // for us, not for the customer
}

// Handover is what a mail can be made of.
type Handover struct {
	Order   order.Order
	Seller  mailapi.Seller
	Shown   mailapi.Order
	Files   []Attachable // for the customer
	Report  *Conclusion  // of an audit
	Link    string       // full URL of the first file's link
	Expires time.Time
	Uses    int
	Renewed bool
}

// Conclusion is what an audit came to.
type Conclusion struct {
	ReportID string
	Grade    string
	Score    int
	Summary  map[string]int
}

// Attachable is a file of an order.
type Attachable struct {
	Name string
	Size int64
}

// Mail is what the kind's template is filled with.
type Mail struct {
	Data   any
	Attach bool // the files go along
}

// Config is what the kinds need.
type Config struct {
	Engine auditapi.Client
	Folder string // of the catalogue
	// Live says that real money is taken. Then an audit's target needs a public name;
	// without, it may be a lab target of the engine's, which is named as it likes.
	Live bool
}

// All returns every kind by its name in the catalogue.
func All(c Config) map[string]Kind {
	return map[string]Kind{
		"audit": audit{engine: c.Engine, live: c.Live},
		"file":  file{folder: c.Folder},
	}
}

// Checkers returns what the catalogue needs of the kinds.
func Checkers(kinds map[string]Kind) map[string]catalog.Checker {
	checkers := map[string]catalog.Checker{}
	for name, k := range kinds {
		checkers[name] = k.Check
	}
	return checkers
}
