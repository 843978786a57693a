package main

import (
	"context"
	"errors"
	"io"
	"net"
	"time"
)

// relay stands between a scanner and a server as a network with a round trip does: each
// byte is half of it on its way, and the first one comes after the round trip that
// opening a connection would have cost.
type relay struct {
	to        string
	roundTrip time.Duration
}

// serve relays what comes to ln until ctx ends.
func (r relay) serve(ctx context.Context, ln net.Listener) {
	context.AfterFunc(ctx, func() { _ = ln.Close() })
	for {
		conn, err := ln.Accept()
		if err != nil {
			return // closed
		}
		go r.join(ctx, conn)
	}
}

func (r relay) join(ctx context.Context, near net.Conn) {
	defer near.Close()
	var dialer net.Dialer
	far, err := dialer.DialContext(ctx, "tcp", r.to)
	if err != nil {
		return
	}
	defer far.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.carry(far, near, r.roundTrip)
		_ = far.(*net.TCPConn).CloseWrite() // the server may still answer
	}()
	r.carry(near, far, 0)
	_ = near.(*net.TCPConn).CloseWrite()
	_ = near.SetReadDeadline(time.Now().Add(time.Second)) // who keeps sending now is not heard
	<-done
}

// chunk is bytes under way.
type chunk struct {
	data []byte
	at   time.Time // of arrival
}

// carry copies until from ends. Bytes travel side by side: a stream is late, not slow.
func (r relay) carry(to, from net.Conn, opening time.Duration) {
	under := make(chan chunk, 1024)
	go func() {
		defer close(under)
		for {
			buffer := make([]byte, 16<<10)
			n, err := from.Read(buffer)
			if n > 0 {
				under <- chunk{buffer[:n], time.Now().Add(opening + r.roundTrip/2)}
				opening = 0
			}
			if err != nil {
				if !errors.Is(err, io.EOF) { // a reset arrives at once
					return
				}
				under <- chunk{at: time.Now().Add(r.roundTrip / 2)}
				return
			}
		}
	}()
	failed := false
	for c := range under {
		time.Sleep(time.Until(c.at))
		if _, err := to.Write(c.data); err != nil && !failed {
			failed = true
			_ = from.Close() // ends the reading; what is under way is dropped
		}
	}
}
