package guard

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/miekg/dns"

	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/services/audit-engine/internal/dnsprobe/dnsprobetest"
)

// insideEnv marks the process that runs in the namespace.
const insideEnv = "GUARD_TEST_INSIDE"

// inNamespace reports whether this process has a network namespace of its own.
// Otherwise it runs the calling test once more in a process that has one, and takes
// its verdict over; the caller returns.
func inNamespace(t *testing.T) bool {
	t.Helper()
	if os.Getenv(insideEnv) != "" {
		return true
	}
	own := []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
	group := []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	var refused error
	for _, namespaces := range []*syscall.SysProcAttr{
		{Cloneflags: syscall.CLONE_NEWNET}, // as root
		{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWUSER, UidMappings: own, GidMappings: group},
	} {
		var out strings.Builder
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.timeout=2m")
		cmd.Env, cmd.SysProcAttr = append(os.Environ(), insideEnv+"=1"), namespaces
		cmd.Stdout, cmd.Stderr = &out, &out
		if refused = cmd.Start(); refused != nil {
			continue
		}
		if err := cmd.Wait(); err != nil || strings.Contains(out.String(), "no tests to run") {
			t.Errorf("in the namespace: %v\n%s", err, strings.ReplaceAll("\n"+out.String(), "\n", "\n| "))
		}
		return false
	}
	databasetest.Missing(t, fmt.Sprintf("network namespaces: run it as root, or allow user namespaces (%v)", refused))
	return false
}

// trap is a network of one machine that is every address there is: whatever is
// connected to, public or not, the same web server answers and notes the address.
type trap struct {
	resolver *net.Resolver // asks a DNS server of the test

	mu      sync.Mutex
	reached map[netip.Addr]int // connections by the address that was connected to
	asked   map[string]int     // questions by name and type
}

// newTrap lays the trap in the namespace. The resolver answers from the zone; a name
// of the second zone is looked up there from the second question on.
func newTrap(t *testing.T, zone, second string) *trap {
	t.Helper()
	every, err := net.Interfaces()
	if err != nil || len(every) != 1 || every[0].Name != "lo" || every[0].Flags&net.FlagUp != 0 {
		t.Fatalf("this is no new network namespace: %v, %v", every, err)
	}
	raiseLoopback(t, every[0].Index)
	tr := &trap{reached: map[netip.Addr]int{}, asked: map[string]int{}}
	tr.serve(t, ":80").Start()
	tr.serve(t, ":443").StartTLS()
	zones := []*dnsprobetest.Zone{dnsprobetest.Parse(t, zone), dnsprobetest.Parse(t, second)}
	server := dnsprobetest.Serve(t, func(question *dns.Msg, _ string) *dns.Msg {
		if n := tr.count(question.Question[0]); n > 1 {
			if reply := zones[1].Reply(question); reply.Rcode == dns.RcodeSuccess {
				return reply
			}
		}
		return zones[0].Reply(question)
	})
	tr.resolver = &net.Resolver{PreferGo: true, Dial: func(_ context.Context, _, _ string) (net.Conn, error) { return net.Dial("udp", server) }}
	return tr
}

// raiseLoopback brings the interface up and makes every address of both families a
// local one, as `ip route add local 0.0.0.0/0 dev lo` does.
func raiseLoopback(t *testing.T, index int) {
	t.Helper()
	link := make([]byte, syscall.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(link[4:], uint32(index))
	binary.NativeEndian.PutUint32(link[8:], syscall.IFF_UP)
	binary.NativeEndian.PutUint32(link[12:], syscall.IFF_UP) // the flag to change
	netlink(t, syscall.RTM_NEWLINK, 0, link)
	for _, family := range []byte{syscall.AF_INET, syscall.AF_INET6} {
		route := []byte{family, 0, 0, 0, syscall.RT_TABLE_LOCAL, syscall.RTPROT_BOOT, syscall.RT_SCOPE_HOST, syscall.RTN_LOCAL, 0, 0, 0, 0}
		route = binary.NativeEndian.AppendUint16(route, syscall.SizeofRtAttr+4)
		route = binary.NativeEndian.AppendUint16(route, syscall.RTA_OIF)
		route = binary.NativeEndian.AppendUint32(route, uint32(index))
		netlink(t, syscall.RTM_NEWROUTE, syscall.NLM_F_CREATE, route)
	}
}

// netlink asks the kernel to change its network (man 7 rtnetlink).
func netlink(t *testing.T, kind, flags uint16, body []byte) {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		t.Fatalf("open netlink: %v", err)
	}
	defer syscall.Close(socket)
	message := binary.NativeEndian.AppendUint32(nil, uint32(syscall.SizeofNlMsghdr+len(body)))
	message = binary.NativeEndian.AppendUint16(message, kind)
	message = binary.NativeEndian.AppendUint16(message, syscall.NLM_F_REQUEST|syscall.NLM_F_ACK|flags)
	message = append(append(message, make([]byte, 8)...), body...) // sequence and sender: there is one question
	if err := syscall.Sendto(socket, message, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		t.Fatalf("ask the kernel: %v", err)
	}
	reply := make([]byte, 4<<10)
	n, _, err := syscall.Recvfrom(socket, reply, 0)
	if err != nil || n < syscall.SizeofNlMsghdr+4 {
		t.Fatalf("the kernel's answer: %d bytes, %v", n, err)
	}
	if code := int32(binary.NativeEndian.Uint32(reply[syscall.SizeofNlMsghdr:])); code != 0 {
		t.Fatalf("message %d to the kernel: %v", kind, syscall.Errno(-code))
	}
}

// serve is the web server of every address. It redirects where the query asks for it:
// ?status=302&to=//10.0.0.1/.
func (tr *trap) serve(t *testing.T, address string) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status, err := strconv.Atoi(r.FormValue("status")); err == nil {
			w.Header().Set("Location", r.FormValue("to"))
			w.WriteHeader(status)
			return
		}
		fmt.Fprint(w, "here")
	}))
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server.Listener.Close()
	server.Listener = &noted{listener, tr}
	t.Cleanup(server.Close)
	return server
}

// noted is a listener that notes in the trap where each connection went to.
type noted struct {
	net.Listener
	trap *trap
}

func (n *noted) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	if err == nil {
		to := netip.MustParseAddrPort(conn.LocalAddr().String()).Addr().Unmap().WithZone("")
		n.trap.mu.Lock()
		n.trap.reached[to]++
		n.trap.mu.Unlock()
	}
	return conn, err
}

// take returns the connections since it was last called, by address.
func (tr *trap) take() map[netip.Addr]int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	reached := tr.reached
	tr.reached = map[netip.Addr]int{}
	return reached
}

// count returns how many times the question was asked, with this one.
func (tr *trap) count(q dns.Question) int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	key := strings.ToLower(q.Name) + dns.TypeToString[q.Qtype]
	tr.asked[key]++
	return tr.asked[key]
}

// opened is how many TCP connections were begun in the namespace, to any address and
// port, whether they came about or not. The kernel counts them.
func opened(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/net/snmp")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if fields[0] != "Tcp:" {
			continue
		}
		for i, name := range names { // of the line before; this one has the numbers
			if name == "ActiveOpens" {
				n, _ := strconv.Atoi(fields[i])
				return n
			}
		}
		names = fields
	}
	t.Fatal("the kernel does not count connections")
	return 0
}
