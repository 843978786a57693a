package screen

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Keys of the warnings.
const (
	WarnRole       Key = "warn.role_address" // nobody in particular reads it
	WarnDisposable Key = "warn.disposable"   // it will be gone before the goods are
	WarnTypo       Key = "warn.typo"         // a mail domain was probably misspelt
)

// WarningKeys returns all keys of warnings.
func WarningKeys() []Key { return []Key{WarnRole, WarnDisposable, WarnTypo} }

const ruleReserved rule = "reserved_domain"

// Names that nobody can have mail under, so that they are used for trials: top-level
// ones of RFC 6761, section 6, and domains of RFC 2606, section 3.
var (
	reservedTop     = []string{"test", "example", "invalid", "localhost"}
	reservedDomains = []string{"example.com", "example.net", "example.org"}
)

// roles are mailboxes of a function: those of RFC 2142 and the customary ones.
var roles = strings.Fields(`
	info marketing sales support abuse noc security postmaster hostmaster usenet news webmaster www uucp ftp
	admin administrator root sysadmin it help helpdesk service office contact hello hi mail mailbox team
	billing accounting accounts invoice invoices finance orders shop jobs careers hr press media legal privacy
	noreply no-reply no_reply donotreply do-not-reply mailer-daemon bounce bounces
	kontakt buero vertrieb rechnung contacto ventas contato vendas contatti commercial`)

func (s *Screener) warnings(email string) []Warning {
	domain := domainOf(email)
	if domain == "" {
		return nil
	}
	var found []Warning
	if slices.Contains(roles, mailbox(email)) {
		found = append(found, Warning{Field: FieldEmail, Key: WarnRole})
	}
	if s.isDisposable(domain) {
		found = append(found, Warning{Field: FieldEmail, Key: WarnDisposable})
	} else if meant := misspelt(domain); meant != "" {
		found = append(found, Warning{Field: FieldEmail, Key: WarnTypo, Suggestion: meant})
	}
	return found
}

// mailbox is the part of email before the @, without a tag such as +shop.
func mailbox(email string) string {
	local, _, _ := strings.Cut(strings.TrimSpace(email[:strings.LastIndexByte(email, '@')]), "+")
	return strings.ToLower(local)
}

// domainOf returns the domain of email in lower-case ASCII; empty if it has none that
// is a host name.
func domainOf(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 0 {
		return ""
	}
	domain, ok := asciiName(strings.TrimSpace(email[at+1:]))
	if !ok {
		return ""
	}
	return domain
}

// reserved reports whether domain is, or lies under, a name kept for tests.
func reserved(domain string) bool {
	labels := strings.Split(domain, ".")
	if slices.Contains(reservedTop, labels[len(labels)-1]) {
		return true
	}
	return len(labels) > 1 && slices.Contains(reservedDomains, strings.Join(labels[len(labels)-2:], "."))
}

// misspelt returns the domain that was meant by one that is a slip of the finger away
// from a large mail provider's, or that ends in a slip of com, net or org; empty
// otherwise.
func misspelt(domain string) string {
	if domain == "" || slices.Contains(providers, domain) || slices.Contains(realNeighbours, domain) {
		return ""
	}
	for _, provider := range providers {
		if oneEditApart(domain, provider) {
			return provider
		}
	}
	dot := strings.LastIndexByte(domain, '.')
	if _, exists := publicsuffix.PublicSuffix(domain[dot+1:]); exists || dot < 0 {
		return ""
	}
	for _, top := range []string{"com", "net", "org"} {
		if oneEditApart(domain[dot+1:], top) {
			return domain[:dot+1] + top
		}
	}
	return ""
}

// oneEditApart reports whether one letter put in, left out or changed, or two
// neighbours swapped, make b of a: a Damerau-Levenshtein distance of 1.
func oneEditApart(a, b string) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 2 && len(b) == 2 {
		return a[0] == b[1] && a[1] == b[0]
	}
	return len(a)+len(b) > 0 && len(a) <= 1 && len(b) <= 1
}
