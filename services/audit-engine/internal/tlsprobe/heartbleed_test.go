package tlsprobe_test

import (
	"net"
	"testing"

	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// bleeding answers like relic with TLS 1.2, and then does with a heartbeat what answer
// says.
func bleeding(answer func(conn net.Conn, beat []byte)) func(net.Conn) {
	return func(conn net.Conn) {
		hello := readRecord(conn)
		if len(hello) == 0 {
			return
		}
		flight := relicFlight(0x002f)
		copy(flight[9:], hello[9:11])
		conn.Write(flight)
		if beat := readRecord(conn); len(beat) > 0 {
			answer(conn, beat)
		}
	}
}

func TestHeartbleed(t *testing.T) {
	t.Parallel()
	known := &tlsprobe.Result{Versions: []tlsprobe.Version{{ID: tlsprobe.TLS12, Offered: tlsprobe.Yes, Suites: []tlsprobe.Suite{{ID: 0x002f}}}}}
	for name, test := range map[string]struct {
		answer func(conn net.Conn, beat []byte)
		want   bool
	}{
		"gives memory away": {func(conn net.Conn, _ []byte) {
			conn.Write(append([]byte{24, 3, 3, 0, 35, 2, 0, 16}, make([]byte, 32)...))
		}, true},
		"echoes what was sent": {func(conn net.Conn, _ []byte) { conn.Write([]byte{24, 3, 3, 0, 3, 2, 0, 0}) }, false},
		"an alert":             {func(conn net.Conn, _ []byte) { conn.Write([]byte{21, 3, 3, 0, 2, 2, 10}) }, false},
		"hangs up":             {func(net.Conn, []byte) {}, false},
		"repeats our record":   {func(conn net.Conn, beat []byte) { conn.Write(beat) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tlsprobe.Heartbleed(t.Context(), config(serve(t, bleeding(test.answer))), known)
			if (len(got.Seen) > 0) != test.want || err != nil {
				t.Errorf("bleeds: %q, %v", got.Seen, err)
			}
		})
	}
	if _, err := tlsprobe.Heartbleed(t.Context(), config(serve(t, func(net.Conn) {})), known); err == nil {
		t.Error("a host that hangs up before was called sound")
	}
}
