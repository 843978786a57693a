package grade

import "strings"

// CookieFacts is what the Observatory looks at in a cookie.
type CookieFacts struct {
	Name                       string
	Secure, HTTPOnly, SameSite bool // SameSite: it is there and valid
	BadSameSite                bool // invalid, or None without Secure
}

// cookies gives the worst verdict of all cookies.
func (f SiteFacts) cookies() verdict {
	if len(f.Cookies) == 0 {
		return verdict{0, "none set"}
	}
	protected := f.protected()
	// In the Observatory's order, the worst last.
	verdicts := []verdict{
		{5, "all Secure, SameSite, and HttpOnly where they stand for a session"},
		{0, "all Secure, and HttpOnly where they stand for a session"},
		{-5, "one without Secure, but with HSTS"},
		{-20, "one without Secure"},
		{-10, "a session without Secure, but with HSTS"},
		{-20, "one with an invalid SameSite"},
		{-20, "a token against forged requests without SameSite"},
		{-30, "a session without HttpOnly"},
		{-40, "a session without Secure"},
	}
	worst := 0
	note := func(applies bool, rank int) {
		if applies {
			worst = max(worst, rank)
		}
	}
	for _, c := range f.Cookies {
		name := strings.ToLower(c.Name)
		session := strings.Contains(name, "login") || strings.Contains(name, "sess")
		note(!c.SameSite, 1)
		note(!c.Secure && protected, 2)
		note(!c.Secure && !protected, 3)
		note(session && !c.Secure && protected, 4)
		note(c.BadSameSite, 5)
		note(strings.Contains(name, "csrf") && !c.SameSite, 6)
		note(session && !c.HTTPOnly, 7)
		note(session && !c.Secure && !protected, 8)
	}
	return verdicts[worst]
}

// Sharing is how a site answers to other origins.
type Sharing int

// The answers, from the one that needs no header.
const (
	NotShared Sharing = iota
	SharedWithAll
	SharedWithSome
	SharedWithCredentials // any origin may read what the visitor sees
	SharingUnknown
)

func (f SiteFacts) sharing() verdict {
	switch f.Sharing {
	case NotShared:
		return verdict{0, "not shared"}
	case SharedWithAll:
		return verdict{0, "public"}
	case SharedWithSome:
		return verdict{0, "restricted to certain sites"}
	case SharedWithCredentials:
		return verdict{-50, "open to every site, with credentials"}
	}
	return notAssessed("no answer")
}

// Redirection is where the http side of a site leads.
type Redirection int

// The ways, from the best.
const (
	RedirectsToHTTPS Redirection = iota
	NoHTTP
	OffHostFirst     // to https, but first of another name
	HTTPFirst        // over another http address
	NeverHTTPS       // redirects, but not to https
	NoRedirect       // serves the page over http
	RedirectsToWrong // to a certificate that browsers reject
	RedirectionUnknown
)

func (f SiteFacts) redirection() verdict {
	switch f.Redirection {
	case RedirectsToHTTPS:
		return verdict{0, "to https on the same name"}
	case NoHTTP:
		return verdict{0, "not needed without http"}
	case OffHostFirst:
		return verdict{-5, "first to another name"}
	case HTTPFirst:
		return verdict{-10, "first to another http address"}
	case NeverHTTPS:
		return verdict{-20, "never to https"}
	case NoRedirect:
		return verdict{-20, "none"}
	case RedirectsToWrong:
		return verdict{-20, "to a certificate that browsers reject"}
	}
	return notAssessed("http lies outside of this audit")
}

// TransportFacts is what is read in Strict-Transport-Security.
type TransportFacts struct {
	Sent   bool
	Valid  bool
	MaxAge uint64 // seconds
}

// sixMonths in seconds. The Observatory says 15,768,000 and lets 180 days pass; SSL
// Labs' guide and testssl.sh agree with the latter.
const sixMonths = 15_552_000

// protected reports HSTS for at least six months, on a connection that counts.
func (f SiteFacts) protected() bool {
	return f.Encrypted && !f.Distrusted && f.Transport.Sent && f.Transport.Valid && f.Transport.MaxAge >= sixMonths
}

func (f SiteFacts) transport() verdict {
	switch {
	case !f.Encrypted:
		return verdict{-20, "impossible without https"}
	case f.Distrusted:
		return verdict{-20, "void with a certificate that browsers reject"}
	case !f.Transport.Sent:
		return verdict{-20, "not set"}
	case !f.Transport.Valid:
		return verdict{-20, "invalid"}
	case !f.protected():
		return verdict{-10, "for less than six months"}
	}
	return verdict{0, "for six months or more"}
}

// ScriptFacts is one script of the page.
type ScriptFacts struct {
	Foreign   bool // of another registered domain, or with an address that begins with //
	Encrypted bool // its address says https, or it is the page's own on https
	Integrity bool
	Inline    bool
}

func (f SiteFacts) integrity() verdict {
	if !f.HTML {
		return verdict{0, "not needed: no page"}
	}
	if len(f.Scripts) == 0 {
		return verdict{0, "not needed: no scripts"}
	}
	// In the Observatory's order, the worst last.
	verdicts := []verdict{
		{0, "not needed: all scripts are the site's own"},
		{5, "all scripts are pinned"},
		{5, "scripts of other sites are pinned"},
		{-20, "pinned, but loaded without https"},
		{-5, "scripts of other sites are not pinned"},
		{-50, "scripts of other sites, neither pinned nor over https"},
	}
	worst := 0
	for _, s := range f.Scripts {
		rank := 0
		switch {
		case s.Inline, !s.Foreign && (!s.Integrity || !s.Encrypted):
		case !s.Foreign:
			rank = 1
		case s.Integrity && s.Encrypted:
			rank = 2
		case s.Integrity:
			rank = 3
		case s.Encrypted:
			rank = 4
		default:
			rank = 5
		}
		worst = max(worst, rank)
	}
	return verdicts[worst]
}
