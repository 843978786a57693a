package screen

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestTypos(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]string{
		"gmial.com": "gmail.com", "gmal.com": "gmail.com", "gmaill.com": "gmail.com", "gamil.com": "gmail.com", "gmail.con": "gmail.com",
		"gmail.co": "gmail.com", "gmail.cm": "gmail.com", "gmail.om": "gmail.com", "gmail.comm": "gmail.com", "gmail.vom": "gmail.com", "gmail.cmo": "gmail.com",
		"gmailcom": "gmail.com", "gnail.com": "gmail.com", "gmai.com": "gmail.com", "gmsil.com": "gmail.com", "hmail.com": "gmail.com", "googlmail.com": "googlemail.com",
		"hotmial.com": "hotmail.com", "hotmil.com": "hotmail.com", "hotmaill.com": "hotmail.com", "hotmail.con": "hotmail.com", "hotamil.com": "hotmail.com", "homail.com": "hotmail.com", "hotmal.fr": "hotmail.fr",
		"yahooo.com": "yahoo.com", "yaho.com": "yahoo.com", "yhaoo.com": "yahoo.com", "yahoo.con": "yahoo.com", "yajoo.com": "yahoo.com", "yahho.com": "yahoo.com", "yahoo.co.ukk": "yahoo.co.uk", "yaho.fr": "yahoo.fr",
		"outlok.com": "outlook.com", "outloook.com": "outlook.com", "outlook.cm": "outlook.com", "oultook.com": "outlook.com", "outlool.com": "outlook.com",
		"iclod.com": "icloud.com", "iclould.com": "icloud.com", "icloud.cim": "icloud.com", "icoud.com": "icloud.com",
		"protonmal.com": "protonmail.com", "portonmail.com": "protonmail.com", "prton.me": "proton.me", "fastmial.com": "fastmail.com",
		"comcst.net": "comcast.net", "t-onlin.de": "t-online.de", "laposte.ne": "laposte.net", "yandx.ru": "yandex.ru", "sezman.cz": "", "seznma.cz": "seznam.cz",
		// Any domain, where the last label does not exist.
		"acme.con": "acme.com", "acme.comm": "acme.com", "acme.ocm": "acme.com", "acme.nett": "acme.net", "acme.ogr": "acme.org", "live.con": "live.com", "gmx.nte": "gmx.net",
		// Two slips are no slip.
		"gmiall.com": "", "gmx.dw": "", "yyaahoo.com": "",
	} {
		if got := misspelt(domain); got != want {
			t.Errorf("misspelt(%q) = %q, want %q", domain, got, want)
		}
	}
}

func TestRealDomainsAreNotTypos(t *testing.T) {
	t.Parallel()
	others := strings.Fields(`
		mail.com email.com ymail.com gmx.com gmx.de gmx.net gmx.at live.com life.com love.com line.com olive.com alive.com aol.com aon.com msn.com me.com we.com mac.com
		web.de weg.de mail.ru mail.de zoho.com zoo.com qq.com 163.com 126.com free.fr sfr.fr bbox.fr neuf.fr hey.com pm.me duck.com naver.com daum.net
		acme.co acme.cm acme.om acme.cam acme.ne acme.or.jp acme.com.co acme.io acme.ai acme.dev acme.de acme.org acme.coop acme.community acme.com acme.net acme.work
		gmail.test example.com localhost x`)
	for _, domain := range slices.Concat(providers, realNeighbours, others) {
		if got := misspelt(domain); got != "" {
			t.Errorf("misspelt(%q) = %q", domain, got)
		}
	}
	for _, domain := range realNeighbours {
		if !slices.ContainsFunc(providers, func(p string) bool { return oneEditApart(domain, p) }) {
			t.Errorf("%s needs no exception", domain)
		}
	}
}

func TestOneEditApart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"", "", false}, {"a", "a", false}, {"abc", "abc", false}, {"", "a", true}, {"a", "", true}, {"a", "b", true}, {"ab", "ba", true}, {"abcd", "acbd", true},
		{"abc", "ab", true}, {"abc", "bc", true}, {"abc", "ac", true}, {"aab", "ab", true}, {"aba", "aab", true}, {"ab", "cd", false}, {"abc", "cba", false},
		{"abcd", "badc", false}, {"", "ab", false}, {"ab", "b", true}, {"abcd", "abxcyd", false}, {"aa", "a", true}, {"aaa", "a", false},
	} {
		if got := oneEditApart(test.a, test.b); got != test.want {
			t.Errorf("oneEditApart(%q, %q) = %t", test.a, test.b, got)
		}
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	s, err := New(strings.NewReader("# ours\n\nThrowaway.Example.net.\nmozmail.com\r\n  spaced.example.org \nmüll.example.de"))
	if err != nil {
		t.Fatal(err)
	}
	role := Warning{Field: FieldEmail, Key: WarnRole}
	disposable := Warning{Field: FieldEmail, Key: WarnDisposable}
	typo := Warning{Field: FieldEmail, Key: WarnTypo, Suggestion: "gmail.com"}
	for email, want := range map[string][]Warning{
		"ada@acme.de":                      nil,
		"":                                 nil,
		"@":                                nil,
		"no address":                       nil,
		"ada@gmi l.con":                    nil, // no name, and so nothing of it is echoed
		"ada@<b>.con":                      nil,
		"info@":                            nil,
		"ada@gmial.com":                    {typo},
		" Ada@GMIAL.com. ":                 {typo},
		"info@gmial.com":                   {role, typo},
		"ada@mailinator.com":               {disposable},
		"ada@MAILINATOR.COM":               {disposable},
		"ada@ｍailinator.com":               {disposable},
		"ada@eu.mailinator.com":            {disposable},
		"ada@a.b.c.yopmail.com":            {disposable},
		"ada@notmailinator.com":            nil,
		"ada@mailinator.com.acme.de":       nil,
		"noreply@guerrillamail.com":        {role, disposable},
		"ada@throwaway.example.net":        {disposable},
		"ada@x.throwaway.example.net":      {disposable},
		"ada@spaced.example.org":           {disposable},
		"ada@müll.example.de":              {disposable},
		"ada@xn--mll-hoa.example.de":       {disposable},
		"ada@mozmail.com":                  nil, // listed, but it forwards
		"ada@alice.anonaddy.com":           nil,
		"ada@privaterelay.appleid.com":     nil,
		"information@acme.de":              nil,
		"info.ada@acme.de":                 nil,
		"sales+shop@acme.de":               {role},
		"WebMaster@acme.de":                {role},
		`"info"@acme.de`:                   nil,
		"info@acme@mailinator.com":         {disposable},
		"support@acme.con":                 {role, {Field: FieldEmail, Key: WarnTypo, Suggestion: "acme.com"}},
		"ada@" + strings.Repeat("a.", 120): nil,
	} {
		got := s.Judge(Form{Email: email})
		if diff := cmp.Diff(want, got.Warnings); diff != "" || got.Refused() {
			t.Errorf("%q: %v %s", email, got.Kind, diff)
		}
	}
	for _, mailbox := range strings.Fields("info marketing sales support abuse noc security postmaster hostmaster usenet news webmaster www uucp ftp admin noreply no-reply office hello") {
		if got := s.Judge(Form{Email: mailbox + "@acme.de"}); !cmp.Equal(got.Warnings, []Warning{role}) || got.Kind != Legitimate {
			t.Errorf("%s: %+v", mailbox, got)
		}
	}
	for _, mailbox := range strings.Fields("ada a j.smith infor admina sal supporter mary postman newsha webb it-ada 1 ayşe") {
		if got := s.Judge(Form{Email: mailbox + "@acme.de"}); got.Warnings != nil {
			t.Errorf("%s: %+v", mailbox, got)
		}
	}
}

func TestBuiltInList(t *testing.T) {
	t.Parallel()
	s := screener(t)
	if n := len(s.disposable); n < 150 {
		t.Errorf("only %d domains", n)
	}
	lines := strings.Split(strings.TrimSuffix(builtIn, "\n"), "\n")[2:]
	if !slices.IsSorted(lines) || len(slices.Compact(slices.Clone(lines))) != len(lines) {
		t.Error("the list is not in order, each domain once")
	}
	for _, domain := range lines {
		if !s.isDisposable(domain) || !s.isDisposable("sub."+domain) {
			t.Errorf("%s is not found", domain)
		}
		if slices.Contains(providers, domain) || slices.Contains(relays, domain) {
			t.Errorf("%s is listed as lasting too", domain)
		}
	}
	for _, domain := range slices.Concat(providers, relays, realNeighbours, strings.Fields("com com.ru net example.com gmx.net web.de")) {
		if s.isDisposable(domain) {
			t.Errorf("%s is taken for disposable", domain)
		}
	}
}

func TestNewRefusesBadLists(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]string{
		"a.example\nnot a domain": "line 2", "localhost": "line 1", "\n\nco.uk": "line 3", "com": "line 1", "https://a.example/": "line 1", "a@b.example": "line 1",
		"a.example\n" + strings.Repeat("x", 1<<17): "after line 1",
	} {
		if _, err := New(strings.NewReader(list)); err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 300 {
			t.Errorf("New(%.30q): %v, want %s", list, err, want)
		}
	}
	if _, err := New(strings.NewReader("dyndns.org")); err != nil { // a private suffix is one firm's domain
		t.Error(err)
	}
	broken := errors.New("disk on fire")
	if _, err := New(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("New(broken file): %v", err)
	}
}

func TestTrials(t *testing.T) {
	t.Parallel()
	s := screener(t)
	for email, want := range map[string]bool{
		"a@example.com": true, "a@example.org": true, "a@example.net": true, "A@Shop.EXAMPLE.com": true, "a@shop.test": true, "a@x.invalid": true, "a@x.example": true,
		"a@localhost": true, "a@test": true, "a@example.com.": true,
		"a@example.de": false, "a@example.co": false, "a@myexample.com": false, "a@test.com": false, "a@invalid.com": false, "test@test.de": false, "a@example.com.br": false, "": false, "example.com": false,
	} {
		got := s.Judge(Form{Email: email, Name: "test"})
		if (got.Kind == Test) != want || got.Refused() {
			t.Errorf("%q: %+v", email, got)
		}
		if want && (got.Field != FieldEmail || got.Reason != "customer_email: reserved_domain") {
			t.Errorf("%q: %+v", email, got)
		}
	}
}
