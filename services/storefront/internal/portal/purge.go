package portal

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/store"
)

// PurgeEvery is how often what is over is deleted.
const PurgeEvery = time.Hour

const (
	// keepLogins is how long a link that is over is kept, for whoever asks what came
	// of a mail. Strangers' addresses go with it.
	keepLogins = 24 * time.Hour
	purgeBatch = 500 // rows of one transaction, so that no sale waits for it
)

// Purge deletes links, sessions and limits that are over. It is a periodic task.
func (p *Portal) Purge(ctx context.Context) error {
	now := p.Now()
	for _, purge := range []func(tx database.Tx) (int, error){
		func(tx database.Tx) (int, error) { return store.PurgeLogins(ctx, tx, now.Add(-keepLogins), purgeBatch) },
		func(tx database.Tx) (int, error) { return store.PurgeSessions(ctx, tx, now, purgeBatch) },
		func(tx database.Tx) (int, error) { return store.PurgeLimits(ctx, tx, now, purgeBatch) },
	} {
		for n := purgeBatch; n == purgeBatch; {
			err := p.DB.InTx(ctx, func(tx database.Tx) (err error) {
				n, err = purge(tx)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
