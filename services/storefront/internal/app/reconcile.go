package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/service"
	"doorstep.example/services/storefront/internal/reconcile"
)

// reconcileTimeout bounds a run by hand; thirty days of a busy shop are some
// thousand calls.
const reconcileTimeout = 10 * time.Minute

// Reconcile is the command `storefront reconcile -since 30d`. A running storefront is
// asked to do it, because it owns its database; if none runs, it is done here. The last
// line printed is the result; a gap that remains is an error.
func Reconcile(ctx context.Context, c *Config, log *slog.Logger, args []string, out io.Writer) error {
	text := ""
	if len(args) == 2 && strings.TrimLeft(args[0], "-") == "since" {
		text = args[1]
	} else if len(args) != 0 {
		return service.UsageError("reconcile: usage: storefront reconcile [-since 72h]")
	}
	since, err := reconcile.ParseSince(text)
	if err != nil {
		return service.UsageError("reconcile: -since " + err.Error())
	}
	ctx, cancel := context.WithTimeout(ctx, reconcileTimeout)
	defer cancel()
	summary, gap, err := askRunning(ctx, c, since)
	if errors.Is(err, syscall.ECONNREFUSED) {
		summary, gap, err = reconcileHere(ctx, c, log, since)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(out, summary)
	if gap != 0 {
		return fmt.Errorf("%d paid sessions have no order; see the alerts and the log", gap)
	}
	return nil
}

func reconcileHere(ctx context.Context, c *Config, log *slog.Logger, since time.Duration) (string, int, error) {
	a, err := Open(ctx, c, log)
	if err != nil {
		return "", 0, err
	}
	defer a.Close()
	result, err := a.Reconciler.Run(ctx, since)
	return result.String(), result.Gap(), err
}

// askRunning asks the storefront that listens for operators on this machine.
func askRunning(ctx context.Context, c *Config, since time.Duration) (string, int, error) {
	addr := c.OpsAddr
	if strings.HasPrefix(addr, ":") {
		addr = "127.0.0.1" + addr
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/api/reconcile?since="+url.QueryEscape(since.String()), nil)
	if err != nil {
		return "", 0, fmt.Errorf("ask the running storefront: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.InternalToken.Reveal())
	resp, err := (&http.Client{}).Do(req) // bounded by ctx
	if err != nil {
		return "", 0, fmt.Errorf("ask the running storefront at %s: %w", addr, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if err != nil {
		return "", 0, fmt.Errorf("read the running storefront's answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return "", 0, errs.FromResponse(resp.StatusCode, resp.Header, body)
	}
	var answer struct {
		Summary string `json:"summary"`
		Gap     int    `json:"gap"`
	}
	err = json.Unmarshal(body, &answer)
	return answer.Summary, answer.Gap, err
}
