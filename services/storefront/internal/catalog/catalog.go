// Package catalog holds what the shop sells, read from one YAML file. A new
// product is a new entry; a new sort of product is a file in package kind.
package catalog

import (
	"fmt"
	"strings"
	"time"
)

// Catalog is the whole shop.
type Catalog struct {
	Seller   Seller    `yaml:"seller" validate:"required"`
	Products []Product `yaml:"products" validate:"required,min=1,dive"`
	Logo     *Image    `yaml:"-" validate:"-"` // of the seller, as read at start; nil if there is none
}

// Seller is who sells; it appears on pages, in mails and on reports.
type Seller struct {
	Name    string `yaml:"name" validate:"required,max=80"`
	Tagline string `yaml:"tagline" validate:"max=160"`
	Color   string `yaml:"color" validate:"omitempty,hexcolor,len=7"`
	Support string `yaml:"support" validate:"required,email"`
	Address string `yaml:"address" validate:"max=300"`
	Legal   []Link `yaml:"legal" validate:"dive"`
	Logo    string `yaml:"logo"` // PNG or SVG, relative to the catalogue; Catalog.Logo has it
	// Languages are those that the shop offers; empty: all. See Offers.
	Languages    []string              `yaml:"languages"`
	Translations map[string]SellerText `yaml:"translations" validate:"dive"` // by language
}

// Link is a text with a place to go.
type Link struct {
	Text string `yaml:"text" validate:"required,max=80"`
	URL  string `yaml:"url" validate:"required,url"`
}

// Product is one thing for sale.
type Product struct {
	ID        string        `yaml:"id" validate:"required,max=64,slug"`
	Kind      string        `yaml:"kind" validate:"required"`
	Tier      string        `yaml:"tier" validate:"omitempty,oneof=automated compliance redteam"`
	Name      string        `yaml:"name" validate:"required,max=100"`
	Tagline   string        `yaml:"tagline" validate:"max=200"`
	Price     int64         `yaml:"price" validate:"required,min=50"` // minor units; 50 is Stripe's least for usd
	Currency  string        `yaml:"currency" validate:"required,len=3,lowercase"`
	Promise   time.Duration `yaml:"promise" validate:"required,min=1s"` // from payment to the mail
	File      string        `yaml:"file"`                               // of kind file, relative to the catalogue
	Downloads int           `yaml:"downloads" validate:"min=0,max=1000"`
	Includes  []string      `yaml:"includes"`
	Questions []Question    `yaml:"questions" validate:"dive"`
	// Description is its page's text, a paragraph each.
	Description []string `yaml:"description" validate:"dive,required,max=2000"`
	// Sample is what a buyer will get: a PDF relative to the catalogue, or a URL.
	Sample       string                 `yaml:"sample"`
	Translations map[string]ProductText `yaml:"translations" validate:"dive"` // by language
}

// Question is one of a product's questions with its answer.
type Question struct {
	Q string `yaml:"q" validate:"required"`
	A string `yaml:"a" validate:"required"`
}

// Product finds a product by id.
func (c *Catalog) Product(id string) (Product, bool) {
	for _, p := range c.Products {
		if p.ID == id {
			return p, true
		}
	}
	return Product{}, false
}

// ByTier finds the product of an audit tier: older clients name tiers.
func (c *Catalog) ByTier(tier string) (Product, bool) {
	for _, p := range c.Products {
		if tier != "" && p.Tier == tier {
			return p, true
		}
	}
	return Product{}, false
}

// Money writes an amount for people: $199, $19.50, 1,200.00 CHF.
func Money(amount int64, currency string) string {
	symbols := map[string]string{"usd": "$", "eur": "€", "gbp": "£"}
	whole, cents := amount/100, amount%100
	switch currency { // Stripe's currencies without minor units that we can meet
	case "jpy", "krw", "vnd", "clp":
		whole, cents = amount, 0
	}
	text := thousands(whole)
	if cents != 0 {
		text += fmt.Sprintf(".%02d", cents)
	}
	if symbol, ok := symbols[currency]; ok {
		return symbol + text
	}
	return text + " " + strings.ToUpper(currency)
}

func thousands(n int64) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
