package check

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"doorstep.example/services/audit-engine/internal/grade"
	"doorstep.example/services/audit-engine/internal/guard"
)

// SiteFacts returns what a reckoning by MDN's Observatory needs. It asks the site for
// nothing: how it shares its answers is known once the check "cors" has run.
func (s *Site) SiteFacts() grade.SiteFacts {
	header := s.Page.Header
	f := grade.SiteFacts{
		Encrypted: s.Encrypted(), Distrusted: s.distrusted(), HTML: s.HTML(),
		Policy: s.policyFacts(), Transport: s.transportFacts(),
		Redirection: s.redirectionFact(), Sharing: s.sharingFact(),
		Referrer: strings.Join(header.Values("Referrer-Policy"), ","),
		Sniffing: header.Get("X-Content-Type-Options"), Framing: header.Get("X-Frame-Options"),
		Resource: header.Get("Cross-Origin-Resource-Policy"),
	}
	for _, c := range cookies(s) {
		if c.name == "heroku-session-affinity" {
			continue // not the site's own
		}
		valid := slices.Contains([]string{"strict", "lax", "none"}, c.sameSite)
		f.Cookies = append(f.Cookies, grade.CookieFacts{
			Name: c.name, Secure: c.secure, HTTPOnly: c.httpOnly, SameSite: valid,
			BadSameSite: c.stated && !valid || c.sameSite == "none" && !c.secure,
		})
	}
	if f.HTML {
		f.Scripts = scriptFacts(s.Page)
	}
	return f
}

// distrusted reports a certificate that browsers are known to reject.
func (s *Site) distrusted() bool {
	return slices.ContainsFunc(s.CertificateFacts(), func(c CertificateFacts) bool {
		return c.SelfSigned || c.TrustKnown && !c.Trusted || !c.NameMatches || !c.InTime
	})
}

func (s *Site) transportFacts() grade.TransportFacts {
	values := s.Page.Header.Values("Strict-Transport-Security")
	if len(values) == 0 || !s.Encrypted() {
		return grade.TransportFacts{}
	}
	h, err := parseHSTS(values[0])
	return grade.TransportFacts{Sent: true, Valid: err == nil, MaxAge: h.maxAge}
}

func (s *Site) redirectionFact() grade.Redirection {
	r := s.Plain.Response
	switch {
	case s.Plain.Closed:
		return grade.NoHTTP
	case r == nil, ownPort(s):
		return grade.RedirectionUnknown
	}
	way := steps(r)
	switch {
	case len(way) == 1:
		return grade.NoRedirect
	case r.URL.Scheme != "https":
		return grade.NeverHTTPS
	case r.URL.Hostname() == s.Host && s.distrusted():
		return grade.RedirectsToWrong
	case way[1].Scheme == "http":
		return grade.HTTPFirst
	case !strings.EqualFold(way[0].Hostname(), way[1].Hostname()):
		return grade.OffHostFirst
	}
	return grade.RedirectsToHTTPS
}

func (s *Site) sharingFact() grade.Sharing {
	if s.foreignAnswer == nil {
		return grade.SharingUnknown
	}
	allowed, credentials := allows(s.foreignAnswer, foreignOrigin)
	switch s.foreignAnswer.Header.Get("Access-Control-Allow-Origin") {
	case "":
		return grade.NotShared
	case "*":
		return grade.SharedWithAll
	}
	if allowed && credentials {
		return grade.SharedWithCredentials
	}
	return grade.SharedWithSome
}

// scriptFacts reads the scripts as the Observatory does: by what their address says,
// not by where it leads.
func scriptFacts(page *guard.Response) []grade.ScriptFacts {
	var list []grade.ScriptFacts
	tokens := html.NewTokenizer(bytes.NewReader(page.Body))
	tokens.SetMaxBuf(maxToken)
	for len(list) < maxItems {
		switch tokens.Next() {
		case html.ErrorToken:
			return list
		case html.StartTagToken, html.SelfClosingTagToken:
			if t := readTag(tokens); t.atom == atom.Script {
				list = append(list, scriptFact(page.URL, strings.TrimSpace(t.get("src")), t.get("integrity") != ""))
			}
		}
	}
	return list
}

func scriptFact(page *url.URL, src string, pinned bool) grade.ScriptFacts {
	if src == "" {
		return grade.ScriptFacts{Inline: true}
	}
	f := grade.ScriptFacts{Integrity: pinned}
	u, err := page.Parse(src)
	switch {
	case strings.HasPrefix(src, "//"): // neither own nor encrypted, whatever it leads to
		f.Foreign = true
	case err == nil && (strings.HasPrefix(src, "https://") || strings.HasPrefix(src, "http://")):
		f.Foreign, f.Encrypted = !sameSite(page, u), u.Scheme == "https"
	default:
		f.Encrypted = page.Scheme == "https"
	}
	return f
}

// What the Observatory holds to be unsafe in a list of sources.
var (
	broadSources  = []string{"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"}
	inlineSources = []string{"'unsafe-inline'", "data:"}
)

func (s sources) any(list ...[]string) bool {
	all := slices.Concat(list...)
	return slices.ContainsFunc(s, func(v string) bool { return slices.Contains(all, v) })
}

// insecure reports sources over http or ftp.
func (s sources) insecure() bool {
	return slices.ContainsFunc(s, func(v string) bool { return strings.HasPrefix(v, "http:") || strings.HasPrefix(v, "ftp:") })
}

// policyFacts judges all policies as one, as the Observatory does: of a directive that
// several have, what they agree on is left.
func (s *Site) policyFacts() grade.PolicyFacts {
	var f grade.PolicyFacts
	merged := policy{}
	for _, text := range slices.Concat(headerPolicyTexts(s), markupPolicyTexts(s)) {
		f.Sent = true
		invalid, reports := repeated(text)
		f.Invalid, f.ReportTwice = f.Invalid || invalid, f.ReportTwice || reports
		merged.join(parsePolicy(strings.ToLower(text)))
	}
	f.ReportOnly = s.Page.Header.Get("Content-Security-Policy-Report-Only") != ""
	if !f.Sent {
		return f
	}
	for _, p := range headerPolicies(s) { // of invalid ones it reads nothing
		f.FrameAncestors = f.FrameAncestors || p["frame-ancestors"] != nil && !f.Invalid
	}
	list := func(names ...string) sources {
		if values, ok := merged.limit(load{directives: names}); ok {
			return values
		}
		return sources{"*"}
	}
	scripts, styles, objects := list("script-src", "default-src"), list("style-src", "default-src"), list("object-src", "default-src")
	named := scripts.hasNonce() || scripts.hasHash()
	f.Invalid = f.Invalid || scripts.has("'strict-dynamic'") && !named
	scripts = scripts.asObservatory(scripts.has("'strict-dynamic'"))
	styles = styles.asObservatory(false)
	f.Unsafe = scripts.any(broadSources, inlineSources) || objects.any(broadSources)
	f.Eval = scripts.has("'unsafe-eval'") || styles.has("'unsafe-eval'")
	f.UnsafeStyle = styles.any(broadSources, inlineSources)
	f.NoneByDefault = len(merged["default-src"]) == 1 && merged["default-src"].has("'none'")
	if s.Encrypted() {
		f.PlainActive = scripts.insecure()
		for name, values := range merged {
			f.PlainActive = f.PlainActive || name != "script-src" && name != "img-src" && name != "media-src" && values.insecure()
		}
		f.PlainPassive = list("img-src", "default-src").insecure() || list("media-src", "default-src").insecure()
	}
	return f
}

// asObservatory leaves out what the Observatory holds to be void beside a nonce or
// hash, and beside 'strict-dynamic' with one.
func (s sources) asObservatory(dynamic bool) sources {
	if !s.hasNonce() && !s.hasHash() {
		return s
	}
	return slices.DeleteFunc(slices.Clone(s), func(v string) bool {
		return v == "'unsafe-inline'" || dynamic && (v == "'self'" ||
			slices.ContainsFunc(broadSources, func(b string) bool { return strings.HasPrefix(v, b) }))
	})
}

// join adds another policy.
func (p policy) join(other policy) {
	for name, values := range other {
		if len(values) == 0 && strings.HasSuffix(name, "-src") {
			values = sources{"'none'"}
		}
		if before, ok := p[name]; ok {
			values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !before.has(v) })
			if len(values) == 0 {
				values = sources{"'none'"}
			}
		}
		p[name] = values
	}
}

// repeated reports directives that are there twice: those for reports are tolerated.
func repeated(text string) (invalid, reports bool) {
	seen := map[string]bool{}
	for _, d := range splitPolicy(text) {
		name := strings.ToLower(d.name)
		if seen[name] {
			tolerated := name == "report-uri" || name == "report-to"
			invalid, reports = invalid || !tolerated, reports || tolerated
		}
		seen[name] = true
	}
	return invalid, reports
}
