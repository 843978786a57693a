package compose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// state is where every program keeps what must last.
const state = "/var/lib/doorstep"

// drain is how long a program may take to end after SIGTERM.
const drain = 20 * time.Second

// Rule says what is wrong with a service, or nothing.
type Rule func(types.ServiceConfig) []string

// Hardening holds for every service of either file.
var Hardening = []Rule{locked, bounded, lasting, alone, watched, built, private}

// Judge applies the rules to all services; each complaint begins with the
// service's name.
func Judge(p *types.Project, rules []Rule) []string {
	var complaints []string
	for _, name := range p.ServiceNames() {
		for _, rule := range rules {
			for _, complaint := range rule(p.Services[name]) {
				complaints = append(complaints, name+": "+complaint)
			}
		}
	}
	return complaints
}

// locked: nothing to write to, nothing to become.
func locked(s types.ServiceConfig) []string {
	var c []string
	if !s.ReadOnly {
		c = append(c, "its file system can be written to")
	}
	if !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.CapAdd) > 0 {
		c = append(c, "it keeps capabilities")
	}
	if !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
		c = append(c, "it may gain privileges")
	}
	if s.Privileged || s.Pid != "" || s.Ipc != "" || s.UserNSMode != "" || s.UseAPISocket || len(s.Devices) > 0 {
		c = append(c, "it reaches into the host")
	}
	if s.User != "" && s.User != "65532:65532" {
		c = append(c, "it runs as "+s.User)
	}
	return c
}

// bounded: a fault in one program must not take the machine along.
func bounded(s types.ServiceConfig) []string {
	var c []string
	if s.MemLimit <= 0 || s.MemLimit > 1<<30 {
		c = append(c, "no sensible limit of memory")
	}
	if s.PidsLimit <= 0 {
		c = append(c, "no limit of processes")
	}
	if s.Logging == nil || s.Logging.Options["max-size"] == "" || s.Logging.Options["max-file"] == "" {
		c = append(c, "its log grows without end")
	}
	return c
}

// lasting: it comes back after a crash and is given the time to end well.
func lasting(s types.ServiceConfig) []string {
	var c []string
	if s.Restart != "unless-stopped" {
		c = append(c, "it does not come back after a crash")
	}
	if s.StopGracePeriod == nil || time.Duration(*s.StopGracePeriod) <= drain {
		c = append(c, "it is killed before it has drained")
	}
	return c
}

// alone: it starts, restarts and is replaced without any other. A program in
// another's network namespace is cut off when that one restarts by itself.
func alone(s types.ServiceConfig) []string {
	var c []string
	if s.NetworkMode != "" {
		c = append(c, "its network is another's: "+s.NetworkMode)
	}
	if len(s.DependsOn) > 0 {
		c = append(c, fmt.Sprintf("it waits for %q", s.GetDependencies()))
	}
	return c
}

// watched: the health check runs the binary itself, there is nothing else inside,
// and asks nobody but the program: another's fault must not make it unhealthy.
func watched(s types.ServiceConfig) []string {
	h := s.HealthCheck
	if h == nil || h.Disable {
		return []string{"no health check"}
	}
	if len(h.Test) < 4 || !slices.Equal(h.Test[:3], types.HealthCheckTest{"CMD", "/service", "-healthcheck"}) {
		return []string{fmt.Sprintf("its health check cannot run in an image from scratch: %q", h.Test)}
	}
	for _, address := range h.Test[3:] {
		if !strings.HasPrefix(address, "http://127.0.0.1:") {
			return []string{"its health check asks another: " + address}
		}
	}
	if h.Timeout == nil || time.Duration(*h.Timeout) <= 3*time.Second {
		return []string{"its health check is cut off before -healthcheck gives up"}
	}
	return nil
}

func built(s types.ServiceConfig) []string {
	if s.Build == nil || s.Build.Dockerfile != "deploy/Dockerfile" {
		return []string{"it is not built from deploy/Dockerfile"}
	}
	var c []string
	if arg := s.Build.Args["SERVICE"]; arg == nil || *arg != s.Name {
		c = append(c, "SERVICE does not name it")
	}
	if image, _, _ := strings.Cut(s.Image, ":"); image != "doorstep/"+s.Name {
		c = append(c, "its image is called "+s.Image)
	}
	return c
}

// private: other machines see one port, the shop's. The host itself sees what an
// operator's or, in the demo, a payer's browser needs.
func private(s types.ServiceConfig) []string {
	var c []string
	for _, port := range s.Ports {
		switch {
		case s.Name != "storefront" && s.Name != "stripe-sandbox":
			c = append(c, fmt.Sprintf("port %d is published, and only the others need it", port.Target))
		case port.HostIP != "127.0.0.1" && (s.Name != "storefront" || port.Target != 8080):
			c = append(c, fmt.Sprintf("port %d is published beyond 127.0.0.1", port.Target))
		}
	}
	return c
}

// Knows reports the variables of s whose names match pattern.
func Knows(s types.ServiceConfig, pattern string) []string {
	match := regexp.MustCompile(pattern)
	var names []string
	for name := range s.Environment {
		if match.MatchString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Keeps reports whether what s writes under path outlives its container.
func Keeps(p *types.Project, s types.ServiceConfig, path string) bool {
	for _, v := range s.Volumes {
		_, declared := p.Volumes[v.Source]
		if v.Type == types.VolumeTypeVolume && declared && !v.ReadOnly && v.Target == state && strings.HasPrefix(path, state+"/") {
			return true
		}
	}
	return false
}
