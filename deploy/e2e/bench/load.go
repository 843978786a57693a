package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// answerTimeout is how long one answer may take; the shop gives up sooner.
const answerTimeout = 15 * time.Second

// load is requests to one address over so many connections at once, each sending
// its next when the last was answered. It ends with the requests or after the time.
type load struct {
	addr        string
	connections int
	requests    [][]byte
	again       bool // begin anew at the end of the requests, until the time is over
	atMost      time.Duration
}

// outcome is what came of a load; outcomes of several rounds add up.
type outcome struct {
	took    time.Duration
	latency []time.Duration // of each 200
	refused int             // every other answer
	status  int             // one of those
	commits float64         // of the shop meanwhile
}

func (o *outcome) add(other outcome) {
	o.took += other.took
	o.latency = append(o.latency, other.latency...)
	o.refused += other.refused
	o.commits += other.commits
	o.status = max(o.status, other.status)
}

// rate of requests answered 200.
func (o *outcome) rate() float64 {
	if o.took == 0 {
		return 0
	}
	return float64(len(o.latency)) / o.took.Seconds()
}

// run sends the load. It writes the requests by hand: Go's own client would take
// more of the processors than the program that is measured.
func (l load) run(ctx context.Context) (outcome, error) {
	var next atomic.Int64
	var group sync.WaitGroup
	outcomes, failures := make([]outcome, l.connections), make([]error, l.connections)
	connections := make([]net.Conn, l.connections)
	for i := range connections {
		conn, err := (&net.Dialer{Timeout: answerTimeout}).DialContext(ctx, "tcp", l.addr)
		if err != nil {
			return outcome{}, err
		}
		defer conn.Close()
		defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // ends the reads and writes
		connections[i] = conn
	}
	start := time.Now()
	for i, conn := range connections {
		group.Go(func() { failures[i] = l.client(conn, &next, start.Add(l.atMost), &outcomes[i]) })
	}
	group.Wait()
	total := outcome{}
	for _, o := range outcomes {
		total.add(o)
	}
	total.took = time.Since(start)
	return total, errors.Join(failures...)
}

// client is one connection's part of the load.
func (l load) client(conn net.Conn, next *atomic.Int64, until time.Time, o *outcome) error {
	reader := bufio.NewReader(conn)
	for time.Now().Before(until) {
		i := int(next.Add(1) - 1)
		if i >= len(l.requests) && !l.again {
			return nil
		}
		begun := time.Now()
		status, err := exchange(conn, reader, l.requests[i%len(l.requests)], begun.Add(answerTimeout))
		if err != nil {
			return fmt.Errorf("request %d: %w", i, err)
		}
		if status == http.StatusOK {
			o.latency = append(o.latency, time.Since(begun))
		} else {
			o.refused++
			o.status = max(o.status, status)
		}
	}
	return nil
}

func exchange(conn net.Conn, reader *bufio.Reader, request []byte, deadline time.Time) (status int, err error) {
	if err := conn.SetDeadline(deadline); err != nil {
		return 0, err
	}
	if _, err := conn.Write(request); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(reader, nil)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body) // bounded by the deadline
	return resp.StatusCode, err
}
