package delivery

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/database"
	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/blob"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func key(kid, fill string) config.Secret {
	return config.Secret(kid + ":" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(fill, minKey))))
}

func tokens(t *testing.T, keys ...config.Secret) *Tokens {
	t.Helper()
	tk, err := NewTokens(t.Context(), nil, keys)
	if err != nil {
		t.Fatal(err)
	}
	return tk
}

func TestTokens(t *testing.T) {
	old, both, other := tokens(t, key("k1", "a")), tokens(t, key("k2", "b"), key("k1", "a")), tokens(t, key("k1", "z"))
	grant := store.Grant{ID: "G1", CreatedAt: noon, ExpiresAt: noon.Add(24 * time.Hour)}
	token, err := old.Sign(grant)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := old.Sign(grant); err != nil || again != token {
		t.Error("the same grant gave another token")
	}
	for name, test := range map[string]struct {
		keys    *Tokens
		at      time.Time
		expired bool
		refused bool
	}{
		"fresh": {old, noon, false, false}, "after rotation": {both, noon, false, false}, "last second": {old, noon.Add(24*time.Hour - time.Second), false, false},
		"expired": {old, noon.Add(25 * time.Hour), true, false}, "other key": {other, noon, false, true}, "other key, expired": {other, noon.Add(25 * time.Hour), false, true},
	} {
		id, expired, err := test.keys.Grant(token, test.at)
		if (err != nil) != test.refused || expired != test.expired || (!test.refused && id != "G1") {
			t.Errorf("%s: %q, %v, %v", name, id, expired, err)
		}
	}
}

func TestForgedTokens(t *testing.T) {
	tk := tokens(t, key("k1", "a"))
	secret := []byte(strings.Repeat("a", minKey))
	good := jwt.MapClaims{"iss": issuer, "aud": audience, "jti": "G1", "exp": noon.Add(time.Hour).Unix()}
	with := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{}
		for k, v := range good {
			c[k] = v
		}
		change(c)
		return c
	}
	sign := func(method jwt.SigningMethod, claims jwt.MapClaims, kid any, key any) string {
		token := jwt.NewWithClaims(method, claims)
		if kid != nil {
			token.Header["kid"] = kid
		}
		text, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if _, _, err := tk.Grant(sign(jwt.SigningMethodHS256, good, "k1", secret), noon); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	for name, token := range map[string]string{
		"empty":                 "",
		"no token":              "hello",
		"alg none":              sign(jwt.SigningMethodNone, good, "k1", jwt.UnsafeAllowNoneSignatureType),
		"other alg":             sign(jwt.SigningMethodHS512, good, "k1", secret),
		"no kid":                sign(jwt.SigningMethodHS256, good, nil, secret),
		"unknown kid":           sign(jwt.SigningMethodHS256, good, "k9", secret),
		"kid is no text":        sign(jwt.SigningMethodHS256, good, 1, secret),
		"empty key":             sign(jwt.SigningMethodHS256, good, "k1", []byte{}),
		"no expiry":             sign(jwt.SigningMethodHS256, with(func(c jwt.MapClaims) { delete(c, "exp") }), "k1", secret),
		"other issuer":          sign(jwt.SigningMethodHS256, with(func(c jwt.MapClaims) { c["iss"] = "x" }), "k1", secret),
		"other issuer, old":     sign(jwt.SigningMethodHS256, with(func(c jwt.MapClaims) { c["iss"] = "x"; c["exp"] = noon.Add(-time.Hour).Unix() }), "k1", secret),
		"other audience":        sign(jwt.SigningMethodHS256, with(func(c jwt.MapClaims) { c["aud"] = "portal" }), "k1", secret),
		"no grant":              sign(jwt.SigningMethodHS256, with(func(c jwt.MapClaims) { delete(c, "jti") }), "k1", secret),
		"one character flipped": flip(sign(jwt.SigningMethodHS256, good, "k1", secret)),
	} {
		if id, _, err := tk.Grant(token, noon); errs.KindOf(err) != errs.NotFound {
			t.Errorf("%s: %q, %v", name, id, err)
		}
	}
}

func flip(token string) string {
	i := strings.LastIndexByte(token, '.') + 3
	c := byte('A')
	if token[i] == c {
		c = 'B'
	}
	return token[:i] + string(c) + token[i+1:]
}

func TestBadKeys(t *testing.T) {
	for _, bad := range []string{"k1", ":" + base64.StdEncoding.EncodeToString(make([]byte, 32)), "k1:c2hvcnQ=", "k1:%%%"} {
		_, err := NewTokens(t.Context(), nil, config.Secrets{config.Secret(bad)})
		if err == nil || !strings.HasPrefix(err.Error(), "DOWNLOAD_KEYS: ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := NewTokens(t.Context(), nil, config.Secrets{key("k1", "a"), key("k1", "b")}); err == nil {
		t.Error("one kid for two keys passed")
	}
}

func TestGeneratedKeyLasts(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		db := databasetest.Open(t, url, store.Migrations())
		grant := store.Grant{ID: "G1", CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}
		var signed []string
		for range 2 {
			tk, err := NewTokens(t.Context(), db, nil)
			if err != nil {
				t.Fatal(err)
			}
			token, err := tk.Sign(grant)
			if err != nil {
				t.Fatal(err)
			}
			signed = append(signed, token)
		}
		if signed[0] != signed[1] {
			t.Error("a restart made another key: all mailed links would break")
		}
	})
}

// counter sets up an order with one file of three downloads.
func counter(t *testing.T, url string) (*Courier, Link, func(order.State)) {
	t.Helper()
	db := databasetest.Open(t, url, store.Migrations())
	blobs, err := blob.Open(t.Context(), "file:"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = blobs.Close() })
	now := noon
	c := &Courier{DB: db, Blobs: blobs, Tokens: tokens(t, key("k1", "a")), Now: func() time.Time { return now }}
	content, err := blobs.Put(t.Context(), []byte("0123456789"), "text/plain")
	if err != nil {
		t.Fatal(err)
	}
	id := order.NewID()
	var grant store.Grant
	move := func(states ...order.State) {
		t.Helper()
		err := db.InTx(t.Context(), func(tx database.Tx) error {
			o, err := store.Order(t.Context(), tx, id)
			for _, to := range states {
				if err == nil {
					err = store.SetPaid(t.Context(), tx, id, "pi_1", noon)
				}
				if err == nil {
					err = store.Advance(t.Context(), tx, id, o.State, to, noon, "")
					o.State = to
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err = db.InTx(t.Context(), func(tx database.Tx) error {
		if _, err := store.InsertOrder(t.Context(), tx, order.Order{ID: id, Product: "p", CustomerEmail: "a@example.com", CreatedAt: noon}, ""); err != nil {
			return err
		}
		a, err := store.InsertArtefact(t.Context(), tx, store.Artefact{
			OrderID: id, Name: "a \"file\" ü.txt", Role: store.RoleGoods, ContentType: "text/html", Size: 10, SHA256: content.SHA256, BlobKey: content.Key, CreatedAt: noon,
		})
		if err != nil {
			return err
		}
		grant, err = store.InsertGrant(t.Context(), tx, store.Grant{OrderID: id, ArtefactID: a.ID, MaxUses: 3, CreatedAt: noon, ExpiresAt: noon.Add(24 * time.Hour)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	move(order.Paid, order.Working, order.Ready)
	token, err := c.Tokens.Sign(grant)
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Look(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return c, l, func(s order.State) { move(s) }
}

func TestLookingUsesNothingAndStartingCounts(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		c, l, _ := counter(t, url)
		token, err := c.Tokens.Sign(l.Grant)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 { // mail gateways look too
			if l, err := c.Look(t.Context(), token); err != nil || l.Grant.Used != 0 || l.Refusal() != "" {
				t.Fatalf("Look = %+v, %v", l, err)
			}
		}
		var group sync.WaitGroup
		var mu sync.Mutex
		started, gone := 0, 0
		for range 20 {
			group.Go(func() {
				_, err := c.Start(t.Context(), l, Visitor{Network: "192.0.2.0/24"})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					started++
				} else if errs.KindOf(err) == errs.Gone {
					gone++
				} else {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if started != 3 || gone != 17 {
			t.Errorf("%d started, %d gone; want 3 and 17", started, gone)
		}
		if l, err := c.Look(t.Context(), token); err != nil || l.Refusal() != "used_up" {
			t.Errorf("afterwards: %q, %v", l.Refusal(), err)
		}
	})
}

func TestServe(t *testing.T) {
	c, l, move := counter(t, databasetest.SQLiteURL(t))
	ticket, err := c.Start(t.Context(), l, Visitor{})
	if err != nil {
		t.Fatal(err)
	}
	get := func(method, ranges string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest(method, "/download/x", nil)
		if ranges != "" {
			r.Header.Set("Range", ranges)
		}
		if err := c.Serve(w, r, ticket); err != nil {
			t.Fatal(err)
		}
		return w
	}
	if w := get(http.MethodGet, ""); w.Code != 200 || w.Body.String() != "0123456789" || w.Header().Get("ETag") == "" ||
		!strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment; filename") {
		t.Errorf("GET: %d %q %v", w.Code, w.Body, w.Header())
	}
	if w := get(http.MethodGet, "bytes=7-"); w.Code != 206 || w.Body.String() != "789" {
		t.Errorf("range: %d %q", w.Code, w.Body)
	}
	if w := get(http.MethodHead, ""); w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "10" {
		t.Errorf("HEAD: %d %v", w.Code, w.Header())
	}
	refused := func(what, ticket string, want errs.Kind) {
		err := c.Serve(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), ticket)
		if errs.KindOf(err) != want {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("unknown ticket", "nope", errs.NotFound)
	c.Now = func() time.Time { return noon.Add(ticketLife + time.Second) }
	refused("ticket is over", ticket, errs.Gone)
	c.Now = func() time.Time { return noon }
	move(order.Refunded)
	refused("refunded", ticket, errs.Gone)
}

func TestRefusals(t *testing.T) {
	c, l, move := counter(t, databasetest.SQLiteURL(t))
	token, err := c.Tokens.Sign(l.Grant)
	if err != nil {
		t.Fatal(err)
	}
	look := func() string {
		l, err := c.Look(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		return l.Refusal()
	}
	c.Now = func() time.Time { return noon.Add(25 * time.Hour) }
	if got := look(); got != "expired" {
		t.Errorf("after a day: %q", got)
	}
	c.Now = func() time.Time { return noon }
	move(order.Held)
	if got := look(); got != "revoked" {
		t.Errorf("held: %q", got)
	}
	move(order.Refunded)
	if got := look(); got != "refunded" {
		t.Errorf("refunded: %q", got)
	}
}
