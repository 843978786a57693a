package dnsprobe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/miekg/dns"
)

// Bounds of one question.
const (
	askTime  = 2 * time.Second // with its second try and TCP
	tryTime  = time.Second     // one datagram; a resolver that was slow has its answer at the second
	askSize  = 1232            // bytes; the datagram that passes everywhere unfragmented (DNS flag day 2020)
	maxReply = 64 << 10        // bytes; the length prefix of TCP allows no more
)

// Exchange asks one question and returns the reply to it. (*Resolver).Exchange is
// one.
type Exchange func(ctx context.Context, question *dns.Msg) (*dns.Msg, error)

// Resolver is a recursive resolver.
type Resolver struct {
	Address string // host:port
}

// SystemResolver returns the first resolver that the file, in the format of
// resolv.conf(5), names.
func SystemResolver(file string) (address string, err error) {
	config, err := dns.ClientConfigFromFile(file)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", file, err)
	}
	if len(config.Servers) == 0 {
		return "", fmt.Errorf("%s names no nameserver", file)
	}
	return net.JoinHostPort(config.Servers[0], config.Port), nil
}

// Exchange asks over UDP, twice if need be, and over TCP when the reply was cut
// short. It takes at most two seconds. What does not answer the question is passed
// over: it may be forged.
func (r *Resolver) Exchange(ctx context.Context, question *dns.Msg) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	raw, err := question.Pack()
	if err != nil {
		return nil, fmt.Errorf("pack the question: %w", err)
	}
	reply, err := r.overUDP(ctx, question, raw)
	if errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() == nil {
		reply, err = r.overUDP(ctx, question, raw)
	}
	if err == nil && reply.Truncated {
		return r.overTCP(ctx, question, raw)
	}
	return reply, err
}

func (r *Resolver) overUDP(ctx context.Context, question *dns.Msg, raw []byte) (*dns.Msg, error) {
	conn, err := r.dial(ctx, "udp", tryTime)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if _, err := conn.Write(raw); err != nil {
		return nil, fmt.Errorf("send the question: %w", err)
	}
	buffer := make([]byte, maxReply)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return nil, fmt.Errorf("wait for the reply: %w", err)
		}
		if reply, err := readReply(question, buffer[:n]); err == nil || errors.Is(err, errOdd) {
			return reply, err
		}
	}
}

func (r *Resolver) overTCP(ctx context.Context, question *dns.Msg, raw []byte) (*dns.Msg, error) {
	conn, err := r.dial(ctx, "tcp", askTime)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(raw))), raw...)); err != nil {
		return nil, fmt.Errorf("send the question: %w", err)
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, fmt.Errorf("wait for the reply: %w", err)
	}
	reply := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, reply); err != nil {
		return nil, fmt.Errorf("read the reply: %w", err)
	}
	whole, err := readReply(question, reply)
	if err == nil && whole.Truncated {
		return nil, errOdd // cut short where nothing needs to be
	}
	return whole, err
}

// dial opens a socket that gives up after limit, or with ctx if that is earlier.
func (r *Resolver) dial(ctx context.Context, network string, limit time.Duration) (net.Conn, error) {
	deadline := time.Now().Add(limit)
	if earlier, ok := ctx.Deadline(); ok && earlier.Before(deadline) {
		deadline = earlier
	}
	conn, err := (&net.Dialer{Deadline: deadline}).DialContext(ctx, network, r.Address)
	if err != nil {
		return nil, fmt.Errorf("reach the resolver: %w", err)
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, errors.Join(fmt.Errorf("bound the wait: %w", err), conn.Close())
	}
	return conn, nil
}
