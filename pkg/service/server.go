package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// Limits of every HTTP server. A header may take 5 s and 16 KiB (slow-loris), a
// body 10 s; answers have no general limit because scans and downloads are long,
// handlers bound themselves through their context.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	idleTimeout       = 60 * time.Second
	maxHeaderBytes    = 16 << 10
	drainTimeout      = 20 * time.Second
)

// Listener is one address that a program serves.
type Listener struct {
	Addr     string // host:port
	Variable string // the variable that moves it, for the error text
	Handler  http.Handler
	// TLS serves over the listener when set, for example (*http.Server).ServeTLS.
	TLS func(*http.Server, net.Listener) error
}

// Listen opens every address before anything is served, so that a taken port is
// told at once, in one line, with the variable that moves it.
func (l Listener) listen(ctx context.Context) (net.Listener, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", l.Addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s: %s is already in use; stop the other program or set %s to another address", l.Variable, l.Addr, l.Variable)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: cannot listen on %s: %w", l.Variable, l.Addr, err)
	}
	return ln, nil
}

// Serve runs the listeners until ctx ends, then drains: no new connection, 20 s
// for the requests under way. Long answers (server-sent events) end through
// Draining. A first failure stops all.
func Serve(ctx context.Context, log *slog.Logger, listeners ...Listener) error {
	parent := ctx
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	opened := make([]net.Listener, len(listeners))
	for i, l := range listeners {
		ln, err := l.listen(ctx)
		if err != nil {
			for _, ln := range opened[:i] {
				_ = ln.Close() // nothing was served yet
			}
			return err
		}
		opened[i] = ln
	}
	var group sync.WaitGroup
	for i, l := range listeners {
		group.Go(func() {
			if err := serve(ctx, log, l, opened[i]); err != nil {
				cancel(err)
			}
		})
	}
	group.Wait()
	if parent.Err() != nil {
		return nil // asked to stop, and stopped
	}
	return context.Cause(ctx)
}

func serve(ctx context.Context, log *slog.Logger, l Listener, ln net.Listener) error {
	draining, drain := context.WithCancel(context.WithoutCancel(ctx))
	defer drain()
	server := &http.Server{
		Handler:           l.Handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.WithoutCancel(ctx), drainingKey{}, draining.Done())
		},
	}
	server.RegisterOnShutdown(drain)
	log.Info("listening", "addr", ln.Addr().String())
	failed := make(chan error, 1)
	go func() {
		if l.TLS != nil {
			failed <- l.TLS(server, ln)
			return
		}
		failed <- server.Serve(ln)
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", l.Addr, err)
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(limit); err != nil {
		_ = server.Close() // the drain is over; what still hangs is cut
		log.Warn("drain cut short", "addr", l.Addr, "error", err)
	}
	<-failed
	return nil
}

type drainingKey struct{}

// Draining is closed when the server that serves ctx's request begins to drain.
// Handlers of endless answers end then. It is nil, and blocks, in a test without
// a Serve.
func Draining(ctx context.Context) <-chan struct{} {
	done, _ := ctx.Value(drainingKey{}).(<-chan struct{})
	return done
}
