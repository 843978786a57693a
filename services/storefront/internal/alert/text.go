package alert

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/notify"
	"doorstep.example/services/storefront/internal/store"
)

const (
	shortest = 40 // how far a fact is shortened to make room for the others
	step     = 20 // how much at a time, so that two long ones share the loss
)

// fact is one line of a chat's text.
type fact struct {
	name, value string
	fixed       bool // a link of ours: never cut, never altered
}

var stateWords = map[string]string{
	store.AlertRetrying:    "Being tried again",
	store.AlertNeedsPerson: "A person must act",
	store.AlertResolved:    "Resolved",
}

// stations are what people call what failed; a mail is called by its purpose.
var stations = map[string]string{
	ReasonProduce: "production", ReasonBounce: "returned mail", ReasonProof: "proof of control", ReasonDeadline: "late order",
	ReasonMail + store.PurposeReceipt: "receipt mail", ReasonMail + store.PurposeDelivery: "delivery mail",
}

func station(reason string) string {
	switch {
	case strings.HasPrefix(reason, ReasonMail+store.PurposeRenewal):
		return "mail with a new link"
	case strings.HasPrefix(reason, ReasonMail+store.PurposeReceiptAgain):
		return "receipt mail"
	}
	return cmp.Or(stations[reason], reason)
}

// Text is the chat's form of an alert: what happened, what to do, and the facts, in
// at most notify.MaxText characters. Whatever others wrote is made harmless.
func Text(a mailapi.Alert) (title, body string) {
	title = stateWords[a.State] + ": " + notify.Plain(station(a.Station))
	if a.OrderID != "" {
		title += ", order " + notify.Plain(a.OrderID)
	}
	happened := "What failed"
	if a.State == store.AlertResolved {
		happened = "What happened"
	}
	goods := a.Artefact
	if a.OrderURL != "" { // it has a line of its own
		goods = strings.ReplaceAll(goods, a.OrderURL, "the order page")
	}
	facts := []fact{
		{name: happened, value: notify.Plain(a.Reason)},
		{name: "What to do", value: notify.Plain(a.ToDo)},
		{name: "Tried", value: notify.Plain(a.Tried)},
		{name: "Console", value: a.ConsoleURL, fixed: true},
		{name: "Customer", value: notify.Plain(a.Customer)},
		{name: "Product", value: notify.Plain(a.Product)},
		{name: "Target", value: notify.Plain(a.Target)},
		{name: "Session", value: notify.Plain(a.SessionID)},
		{name: "Artefact", value: notify.Plain(goods)},
		{name: "Order page", value: a.OrderURL, fixed: true},
		{name: "Time", value: a.At.UTC().Format("2 January 2006, 15:04 UTC")},
	}
	return clip(title, 120), fit(facts, notify.MaxText-utf8.RuneCountInString(title)-1)
}

// fit joins facts into at most limit characters, and takes what is too much from the
// longest.
func fit(facts []fact, limit int) string {
	for {
		text := join(facts)
		excess := utf8.RuneCountInString(text) - limit
		longest := -1
		for i, f := range facts {
			if n := utf8.RuneCountInString(f.value); !f.fixed && n > shortest && (longest < 0 || n > utf8.RuneCountInString(facts[longest].value)) {
				longest = i
			}
		}
		if excess <= 0 || longest < 0 {
			return text
		}
		f := &facts[longest]
		f.value = clip(f.value, max(shortest, utf8.RuneCountInString(f.value)-min(excess, step)))
	}
}

func join(facts []fact) string {
	var lines []string
	for _, f := range facts {
		if f.value != "" {
			lines = append(lines, f.name+": "+f.value)
		}
	}
	return strings.Join(lines, "\n")
}

// clip shortens s to n characters, the last of them an ellipsis.
func clip(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return strings.TrimSpace(string(runes[:n-1])) + "…"
	}
	return s
}
