package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"

	"doorstep.example/services/storefront/internal/webhook"
)

// NewMailHook passes the mail provider's signed events on to the mailer, as they
// are: the signature is over the raw body, and only the mailer has the secret. When
// the mailer is down the answer is 503, and the provider sends again; what is too long
// is 413, so that it does not.
func NewMailHook(mailer url.URL, log *slog.Logger) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = mailer.Scheme, mailer.Host, mailer.Host
			r.Out.URL.Path, r.Out.URL.RawQuery = "/webhooks/resend", ""
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
				w.WriteHeader(http.StatusRequestEntityTooLarge)
				return
			}
			log.Warn("mail event not passed on", "error", err)
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusServiceUnavailable)
		},
	}
	return http.MaxBytesHandler(proxy, webhook.MaxBody)
}
