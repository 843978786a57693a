package portal

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/store"
)

const (
	idle = 12 * time.Hour     // a session ends when it was not used for so long
	life = 7 * 24 * time.Hour // and after this however much it was used
	// touchEvery is how exactly the last use is known: a write for each page would be
	// much for nothing.
	touchEvery = 5 * time.Minute
)

// Session is a buyer in the portal.
type Session struct {
	Cookie    config.Secret // its value: whoever has it is the buyer
	Email     string        // lower case
	Lang      string
	CreatedAt time.Time
	ExpiresAt time.Time // if it is not used any more; moves on with use
}

// FormToken is what every form of this session carries, so that no other site can
// send one. It follows from the cookie, which other sites do not know.
func (s Session) FormToken() string {
	mac := hmac.New(sha256.New, []byte(s.Cookie.Reveal()))
	mac.Write([]byte("doorstep portal form"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// CheckForm refuses a form that does not carry the session's token: Forbidden.
func (s Session) CheckForm(token string) error {
	if !hmac.Equal([]byte(token), []byte(s.FormToken())) {
		return errs.New(errs.Forbidden, "This form is not from your portal, or it has been open for too long. Please load the page again.")
	}
	return nil
}

// Enter uses a sign-in link up and opens a session. It must only be called for a
// POST: mail gateways open links, and would use them up. Gone, with the same text, for
// a link that is used, over, or was never ours.
func (p *Portal) Enter(ctx context.Context, token string) (Session, error) {
	now := p.Now()
	session := Session{Cookie: config.Secret(rand.Text() + rand.Text()), CreatedAt: now, ExpiresAt: now.Add(idle)} // 260 bits
	err := p.DB.InTx(ctx, func(tx database.Tx) error {
		login, err := store.UseLogin(ctx, tx, hash(token), now)
		if err != nil {
			return err
		}
		session.Email, session.Lang = login.Email, login.Lang
		return store.InsertSession(ctx, tx, store.PortalSession{
			ID: hash(session.Cookie.Reveal()), Email: login.Email, Lang: login.Lang, CreatedAt: now, LastAt: now, ExpiresAt: session.ExpiresAt,
		})
	})
	if errs.KindOf(err) == errs.NotFound {
		return Session{}, errs.New(errs.Gone, "This sign-in link does not work any more: it was used, or 15 minutes have passed. Please ask for a new one.")
	}
	if err != nil {
		return Session{}, err
	}
	return session, nil
}

// Authenticate returns the session of a cookie and notes its use. Unauthorized if
// there is none, or it is over.
func (p *Portal) Authenticate(ctx context.Context, cookie string) (Session, error) {
	now := p.Now()
	s, err := store.SessionByID(ctx, p.DB.Read(), hash(cookie), now)
	if errs.KindOf(err) == errs.NotFound {
		return Session{}, errs.New(errs.Unauthorized, "You are not signed in, or your time has run out. Please ask for a new sign-in link.")
	}
	if err != nil {
		return Session{}, err
	}
	if now.Sub(s.LastAt) >= touchEvery {
		s.ExpiresAt = earlier(now.Add(idle), s.CreatedAt.Add(life))
		err = p.DB.InTx(ctx, func(tx database.Tx) error { return store.TouchSession(ctx, tx, s.ID, now, s.ExpiresAt) })
	}
	return Session{Cookie: config.Secret(cookie), Email: s.Email, Lang: s.Lang, CreatedAt: s.CreatedAt, ExpiresAt: s.ExpiresAt}, err
}

// Leave ends the session of a cookie; there need not be one.
func (p *Portal) Leave(ctx context.Context, cookie string) error {
	return p.DB.InTx(ctx, func(tx database.Tx) error { return store.DeleteSession(ctx, tx, hash(cookie)) })
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
