package e2e_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep.example/deploy/e2e/stack"
)

// What the shop sells while it is struck. On the two databases together these are 300
// orders. An outage lasts long enough for every kind of step to run into it; more of
// it would only repeat the steps' growing pauses.
const (
	faultSales = 150
	tenth      = 10 // every so many sales, Stripe repeats itself
	salePause  = 150 * time.Millisecond
	mailerAway = 8 * time.Second
	shopAway   = 3 * time.Second
)

// settleWithin is how long after the last fault an order may need. On PostgreSQL other
// processes may work on the same jobs, so that those of a killed one are taken up only
// after their timeout, 90 to 120 s, and with the pause that their earlier tries had
// grown to.
func (s *shop) settleWithin() time.Duration {
	if s.Database != "" {
		return 200 * time.Second
	}
	return 60 * time.Second
}

// A shop sells while its programs are killed at moments that nobody chose, are away for
// a while, and (on PostgreSQL) lose every connection to the database. Every event that
// was answered 200 ends as an order that is sent, or of which a person was told; no
// customer gets a mail twice. FAULT_SEED repeats a run's moments.
func TestFaults(t *testing.T) {
	t.Parallel()
	onEach(t, sellUnderFaults, shopAndMailer)
}

func sellUnderFaults(s *shop) {
	seed := faultSeed(s)
	ctx, cancel := context.WithCancel(s.Context())
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	sales := make([]sale, faultSales)
	for i := range sales {
		sales[i] = newSale()
		group.Go(func() { s.sell(ctx, i, sales[i]) })
	}
	s.strikeAll(rand.New(rand.NewPCG(seed, seed)))
	group.Wait()
	s.wantAllSentOnce(sales)
	s.wantEvents(faultSales + faultSales/tenth) // and the siblings
}

func faultSeed(s *shop) uint64 {
	s.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("FAULT_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			s.Fatalf("FAULT_SEED: %v", err)
		}
	}
	s.Logf("the moments of the faults come from FAULT_SEED=%d", seed)
	return seed
}

// sell sends the event of sale i when its time has come; of every tenth also a copy at
// the same moment, another event that says the same, and a late copy.
func (s *shop) sell(ctx context.Context, i int, sold sale) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(time.Duration(i) * salePause):
	}
	bodies := []string{sold.body}
	if i%tenth == 0 {
		bodies = append(bodies, sold.body, sold.sibling())
	}
	var group sync.WaitGroup
	for _, body := range bodies {
		group.Go(func() {
			if err := s.sendUntilTaken(ctx, body); err != nil && ctx.Err() == nil {
				s.Error(err)
			}
		})
	}
	group.Wait()
	if i%tenth == 0 {
		if err := s.sendUntilTaken(ctx, sold.body); err != nil && ctx.Err() == nil {
			s.Error(err)
		}
	}
}

// strikeAll does every fault, in an order and with pauses that the seed decides.
func (s *shop) strikeAll(rng *rand.Rand) {
	s.Helper()
	killShop := func() { s.kill(stack.Storefront); s.restart(stack.Storefront) }
	killMailer := func() { s.kill(stack.Mailer); s.restart(stack.Mailer) }
	strikes := []func(){
		killShop, killShop, killShop, killShop, killMailer, killMailer, killMailer,
		func() { // the mailer is away, and in the middle of it the storefront dies, too
			s.kill(stack.Mailer)
			time.Sleep(mailerAway / 2)
			killShop()
			time.Sleep(mailerAway / 2)
			s.restart(stack.Mailer)
		},
		func() { s.kill(stack.Storefront); time.Sleep(shopAway); s.restart(stack.Storefront) },
	}
	if s.Database != "" {
		strikes = append(strikes, s.cutConnections, s.cutConnections)
	}
	rng.Shuffle(len(strikes), func(i, j int) { strikes[i], strikes[j] = strikes[j], strikes[i] })
	for _, strike := range strikes {
		time.Sleep(time.Duration(200+rng.IntN(1000)) * time.Millisecond)
		strike()
	}
}

// cutConnections ends every connection to the shop's PostgreSQL database. Right after
// another fault there may be none yet.
func (s *shop) cutConnections() {
	s.Helper()
	db, err := pgx.Connect(s.Context(), s.Database)
	if err != nil {
		s.Fatal(err)
	}
	defer db.Close(s.Context())
	cut := 0
	for limit := time.Now().Add(s.settleWithin()); cut == 0; time.Sleep(10 * time.Millisecond) {
		err := db.QueryRow(s.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&cut)
		if err != nil || time.Now().After(limit) {
			s.Fatalf("%d connections were cut (%v), want some", cut, err)
		}
	}
}
