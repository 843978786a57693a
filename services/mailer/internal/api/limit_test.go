package api

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
)

// TestBounded fills the slots of large mails: a third one is told to come back, a
// small one passes.
func TestBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		handler := bounded()(func(c echo.Context) error {
			if c.Request().ContentLength > largeBody {
				<-release
			}
			return nil
		})
		call := func(length int64) error {
			req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", http.NoBody)
			req.ContentLength = length
			return handler(echo.New().NewContext(req, httptest.NewRecorder()))
		}
		done := make(chan error, maxLargeAtOnce)
		for range maxLargeAtOnce {
			go func() { done <- call(largeBody + 1) }()
		}
		synctest.Wait()
		if err := call(largeBody + 1); errs.KindOf(err) != errs.Unavailable || errs.From(err).RetryAfter == 0 {
			t.Errorf("one more large mail = %v, want unavailable", err)
		}
		if err := call(100); err != nil {
			t.Errorf("a small mail = %v", err)
		}
		close(release)
		for range maxLargeAtOnce {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if err := call(largeBody + 1); err != nil {
			t.Errorf("after the others = %v", err)
		}
	})
}
