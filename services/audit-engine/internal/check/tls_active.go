package check

import (
	"context"
	"errors"
	"slices"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// activeTLS is the Run of a check that holds an active probe against the host's TLS and
// finds what it proves. A weak proof is one step less severe.
func activeTLS(probe tlsprobe.Active, found Finding) func(context.Context, *Site) Result {
	return func(ctx context.Context, site *Site) Result {
		if site.TLS == nil {
			return skip("%s", site.NoTLS)
		}
		proof, err := site.Active(ctx, probe)
		switch {
		case errors.Is(err, tlsprobe.ErrUnsteady):
			return skip("The server answered the same question differently from time to time.")
		case err != nil:
			return skip("The handshake for this probe did not come far enough.")
		case len(proof.Seen) == 0:
			return pass()
		}
		f := found
		f.Evidence = lines(slices.Concat([]string{site.TLS.Address}, proof.Seen)...)
		if proof.Weak {
			f.Severity = auditapi.High
		}
		return fail(f)
	}
}
