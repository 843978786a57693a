// Package notify sends short texts to the seller's chat channels, each named by a
// notification URL such as slack://… or telegram://…, through shoutrrr.
//
// The library takes no context, has senders without any limit of time, puts the URL,
// and so the token in it, into its errors, and calls some failures a success. What is
// done about each stands beside it.
package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"doorstep.example/pkg/config"
)

const (
	// sendTimeout is how long one text may take.
	sendTimeout = 10 * time.Second
	// abandoned is how many sends that have outlived their time a channel may have.
	abandoned = 4
	// MaxText is the longest text, in characters: what fits a pager's summary.
	MaxText = 1000
)

// Channel is one place that texts go to.
type Channel struct {
	Key    string // names it in jobs; of the URL nothing can be told from it
	Scheme string // the service, the only part of the URL that may be shown
	URL    config.Secret
	slots  chan struct{}
}

// Channels are all of them.
type Channels []Channel

// Parse reads notification URLs. There is one error for each that cannot be used; it
// tells its place in the list and not its text.
func Parse(urls config.Secrets) (Channels, []error) {
	var channels Channels
	var errs []error
	for i, secret := range urls {
		scheme, err := check(secret.Reveal())
		if err != nil {
			errs = append(errs, config.Bad("ALERT_URLS", "entry %d %v; a comma inside an entry is written %%2C", i+1, err))
			continue
		}
		sum := sha256.Sum256([]byte(secret.Reveal()))
		channels = append(channels, Channel{Key: hex.EncodeToString(sum[:8]), Scheme: scheme, URL: secret, slots: make(chan struct{}, abandoned)})
	}
	return channels, errs
}

// ByKey finds a channel; false when it is no longer configured.
func (c Channels) ByKey(key string) (Channel, bool) {
	for _, channel := range c {
		if channel.Key == key {
			return channel, true
		}
	}
	return Channel{}, false
}

var (
	errNotURL  = errors.New("is not a URL such as slack://…, telegram://… or generic+https://…")
	errService = errors.New("names no service that is known, such as slack://, telegram:// or generic+https://")
	errLogger  = errors.New("would reach nobody (logger://): name a service that somebody reads")
	errParts   = errors.New("lacks a part that its service needs, such as a token or a channel")
)

// check returns the service of a URL. Nothing is sent and nobody is asked: the
// library signs in to Matrix as soon as it sees a user's name, so that is left out.
func check(raw string) (scheme string, err error) {
	var r router.ServiceRouter
	scheme, u, err := r.ExtractServiceName(raw)
	if err != nil || scheme == "" {
		return "", errNotURL
	}
	if _, err := r.NewService(scheme); err != nil {
		return "", errService
	}
	switch scheme {
	case "logger":
		return "", errLogger
	case "matrix":
		password, _ := u.User.Password()
		u.User = url.UserPassword("", password)
		raw = u.String()
	}
	if _, err := locate(raw); err != nil {
		return "", errParts
	}
	return scheme, nil
}

// locate keeps a URL that the library does not survive from ending the program.
func locate(raw string) (service types.Service, err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	return (&router.ServiceRouter{}).Locate(raw)
}

// titled are the services that show a title apart from the text, such as in the
// notification on a locked telephone. The others refuse or drop one; their text
// begins with it.
var titled = map[string]bool{
	"bark": true, "discord": true, "gotify": true, "ntfy": true, "pushbullet": true, "pushover": true, "slack": true, "smtp": true,
}

// params returns the settings of one send and its text.
func (c Channel) params(title, text string) (types.Params, string) {
	switch {
	case titled[c.Scheme]:
		return types.Params{types.TitleKey: title}, text
	case c.Scheme == "telegram": // whatever the URL says, no markup: an underscore in an id would make it refuse the text
		return types.Params{"parsemode": "None", "preview": "No"}, title + "\n" + text
	default:
		return types.Params{}, title + "\n" + text
	}
}

// Send sends one text. The error names the service and a cause in our own words,
// never the library's, because those hold the URL.
func (c Channel) Send(ctx context.Context, title, text string) error {
	select {
	case c.slots <- struct{}{}:
	default:
		return fmt.Errorf("send by %s: earlier texts are still under way", c.Scheme)
	}
	params, text := c.params(title, text)
	result := make(chan error, 1) // the library cannot be stopped; a late answer must not block it for ever
	go func() {
		defer func() { <-c.slots }()
		result <- send(c.URL.Reveal(), text, params)
	}()
	limit := time.NewTimer(sendTimeout)
	defer limit.Stop()
	select {
	case err := <-result:
		if err != nil {
			return fmt.Errorf("send by %s: %s", c.Scheme, explain(err))
		}
		return nil
	case <-limit.C:
		return fmt.Errorf("send by %s: %s", c.Scheme, saysLate)
	case <-ctx.Done():
		return fmt.Errorf("send by %s: %w", c.Scheme, ctx.Err())
	}
}

// send makes the service anew for each text, because some keep what was set for the
// last one. A panic of the library must not take the shop down.
func send(raw, text string, params types.Params) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	service, err := locate(raw)
	if err != nil {
		return err
	}
	return service.Send(strings.TrimSpace(text), &params)
}
