package portal

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/errs"
)

func TestLinkOpensOnce(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.sell(ada, noon, true)
		token := w.ask(ada)
		w.now = noon.Add(linkLife - time.Millisecond)
		var group sync.WaitGroup
		var entered atomic.Int32
		for range 8 {
			group.Go(func() {
				s, err := w.Enter(w.Context(), token)
				if err == nil && s.Email == ada && s.Lang == "de" && len(s.Cookie.Reveal()) == 52 {
					entered.Add(1)
				} else if errs.KindOf(err) != errs.Gone {
					w.Errorf("Enter = %+v, %v", s, err)
				}
			})
		}
		group.Wait()
		if entered.Load() != 1 {
			w.Errorf("%d of 8 entered", entered.Load())
		}
	})
}

func TestLinksThatDoNotOpenSayTheSame(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.sell(ada, noon, true)
		used, over := w.ask(ada), w.ask(ada)
		_, err := w.Enter(w.Context(), used)
		w.must(err)
		answers := map[string]bool{}
		try := func(token string) {
			s, err := w.Enter(w.Context(), token)
			if errs.KindOf(err) != errs.Gone || s.Cookie != "" || s.Email != "" {
				w.Errorf("Enter(%q) = %+v, %v", token, s, err)
			}
			answers[fmt.Sprint(err)] = true
		}
		for _, token := range []string{used, "", "x", strings.Repeat("A", 43), over[:42], over + "A", over + "\x00", strings.ToLower(over), strings.Repeat("A", 60000)} {
			try(token)
		}
		w.now = noon.Add(linkLife)
		try(over)
		if len(answers) != 1 {
			w.Errorf("%d different answers: %v", len(answers), answers)
		}
	})
}

// enter opens a session.
func (w *world) enter(email string) Session {
	w.Helper()
	s, err := w.Enter(w.Context(), w.ask(email))
	w.must(err)
	return s
}

func TestSessionEnds(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.sell(ada, noon, true)
		s := w.enter(ada)
		cookie := s.Cookie.Reveal()
		alive := func() bool {
			got, err := w.Authenticate(w.Context(), cookie)
			if err != nil && errs.KindOf(err) != errs.Unauthorized {
				w.Fatal(err)
			}
			if err == nil && (got.Email != ada || got.FormToken() != s.FormToken() || !got.CreatedAt.Equal(noon)) {
				w.Errorf("session %+v", got)
			}
			return err == nil
		}
		for w.now = noon; w.now.Before(noon.Add(life)); w.now = w.now.Add(idle - time.Minute) {
			if !alive() {
				w.Fatalf("the session was used and ended after %s", w.now.Sub(noon))
			}
		}
		if w.now = noon.Add(life); alive() {
			w.Error("the session lives longer than a session may")
		}
		w.now = noon.Add(life + time.Hour)
		s = w.enter(ada)
		if cookie = s.Cookie.Reveal(); cookie == "" {
			w.Fatal("no cookie")
		}
		if w.now = w.now.Add(idle); alive() {
			w.Error("the session was not used and goes on")
		}
	})
}

func TestLeave(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.sell(ada, noon, true)
		one, two := w.enter(ada), w.enter(ada)
		if one.Cookie == two.Cookie || one.FormToken() == two.FormToken() {
			w.Error("two sessions share a secret")
		}
		w.must(w.Leave(w.Context(), one.Cookie.Reveal()))
		w.must(w.Leave(w.Context(), "never was one"))
		if _, err := w.Authenticate(w.Context(), one.Cookie.Reveal()); errs.KindOf(err) != errs.Unauthorized {
			w.Errorf("a session that was left: %v", err)
		}
		if _, err := w.Authenticate(w.Context(), two.Cookie.Reveal()); err != nil {
			w.Errorf("the other session: %v", err)
		}
		for _, cookie := range []string{"", "x", hash(two.Cookie.Reveal())} {
			if _, err := w.Authenticate(w.Context(), cookie); errs.KindOf(err) != errs.Unauthorized {
				w.Errorf("Authenticate(%q) = %v", cookie, err)
			}
		}
	})
}

func TestCheckForm(t *testing.T) {
	t.Parallel()
	s := Session{Cookie: "abc"}
	if err := s.CheckForm(s.FormToken()); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "abc", s.FormToken() + "A", s.FormToken()[1:], Session{Cookie: "abd"}.FormToken()} {
		if err := s.CheckForm(bad); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("CheckForm(%q) = %v", bad, err)
		}
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	s := Session{Cookie: "value"}
	for base, want := range map[string][2]string{
		"https://shop.example.com": {
			"__Host-doorstep-portal=value; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Lax",
			"__Host-doorstep-portal=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
		},
		"http://127.0.0.1:8080": {
			"doorstep-portal=value; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax",
			"doorstep-portal=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
		},
	} {
		c := NewCookies(base)
		if diff := cmp.Diff(want, [2]string{c.Of(s).String(), c.Clear().String()}); diff != "" {
			t.Errorf("%s: %s", base, diff)
		}
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		if got := c.Read(r); got != "" {
			t.Errorf("no cookie reads as %q", got)
		}
		r.AddCookie(c.Of(s))
		if got := c.Read(r); got != "value" {
			t.Errorf("the cookie reads as %q", got)
		}
	}
}
