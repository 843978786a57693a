package service

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// healthTimeout is how long `-healthcheck` waits for all its addresses together;
// a supervisor's own limit should be longer.
const healthTimeout = 3 * time.Second

// healthcheck is `-healthcheck URL…`: it asks running programs whether they are
// well, for container images that hold nothing but one binary. It reads no
// configuration, so that it needs no secrets and cannot fail for want of them.
func healthcheck(urls []string, stderr io.Writer) int {
	if len(urls) == 0 {
		fmt.Fprintln(stderr, "-healthcheck: name the address to ask, for example -healthcheck http://127.0.0.1:8080/healthz")
		return exitConfig
	}
	ctx, cancel := context.WithTimeout(context.Background(), healthTimeout)
	defer cancel()
	// No proxy: what a container's environment says about the way out does not
	// concern its own loopback. No redirect: healthy means 200 at this address.
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, url := range urls {
		if err := askHealth(ctx, client, url); err != nil {
			fmt.Fprintln(stderr, err)
			return exitFailed
		}
	}
	return exitOK
}

func askHealth(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("-healthcheck: %w", err)
	}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("-healthcheck: %w", err)
	}
	if err := response.Body.Close(); err != nil {
		return fmt.Errorf("-healthcheck: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("-healthcheck: %s answered %s", url, response.Status)
	}
	return nil
}
