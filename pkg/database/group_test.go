package database_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/database/databasetest"
)

// Transactions that meet share a commit on SQLite; each must stand or fall by itself.
func TestTransactionsThatMeet(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		db := databasetest.Open(t, url, migrations)
		failure := errors.New("the seventh fails")
		var group sync.WaitGroup
		committed := make(chan int, 200)
		for i := range 200 {
			group.Go(func() {
				err := db.InTx(t.Context(), func(tx database.Tx) error {
					tx.OnCommit(func() { committed <- i })
					if _, err := tx.Exec(t.Context(), `INSERT INTO thing (id, n) VALUES ($1, $2)`, fmt.Sprint(i), i); err != nil {
						return err
					}
					if i%7 == 0 {
						return failure
					}
					return nil
				})
				if fails := i%7 == 0; errors.Is(err, failure) != fails || (err != nil) != fails {
					t.Errorf("transaction %d = %v", i, err)
				}
			})
		}
		group.Wait()
		close(committed)
		seen := map[int]bool{}
		for i := range committed {
			seen[i] = true
		}
		rows, err := db.Read().Query(t.Context(), `SELECT n FROM thing`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		stored := map[int]bool{}
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			stored[n] = true
		}
		for i := range 200 {
			if want := i%7 != 0; stored[i] != want || seen[i] != want {
				t.Errorf("transaction %d: stored %t, told of its commit %t, want %t", i, stored[i], seen[i], want)
			}
		}
	})
}

func TestTransactionThatPanics(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		db := databasetest.Open(t, url, migrations)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = db.InTx(t.Context(), func(tx database.Tx) error {
				if _, err := tx.Exec(t.Context(), `INSERT INTO thing (id, n) VALUES ('a', 1)`); err != nil {
					t.Error(err)
				}
				panic("in the middle")
			})
		}()
		var n int
		if err := db.Read().QueryRow(t.Context(), `SELECT count(*) FROM thing`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows of a transaction that panicked, %v", n, err)
		}
		if err := db.InTx(t.Context(), func(database.Tx) error { return nil }); err != nil {
			t.Errorf("the next transaction = %v", err)
		}
	})
}

// Whoever was told why it failed finds it so when it looks: what a neighbour wrote is
// committed by then.
func TestFailureIsToldAfterTheCommit(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		db := databasetest.Open(t, url, migrations)
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				err := db.InTx(t.Context(), func(tx database.Tx) error {
					_, err := tx.Exec(t.Context(), `INSERT INTO thing (id, n) VALUES ('only one', 1)`)
					return err
				})
				if err != nil && !database.IsDuplicate(err) {
					t.Errorf("insert = %v", err)
				}
				var n int
				if err := db.Read().QueryRow(t.Context(), `SELECT n FROM thing WHERE id = 'only one'`).Scan(&n); err != nil {
					t.Errorf("told of a duplicate that is not there: %v", err)
				}
			})
		}
		group.Wait()
	})
}

// A caller who is gone gives up its turn, and stops nobody.
func TestCallerWhoIsGone(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		db := databasetest.Open(t, url, migrations)
		gone, cancel := context.WithCancel(t.Context())
		inside, leave := make(chan struct{}), make(chan struct{})
		var group sync.WaitGroup
		group.Go(func() {
			if err := db.InTx(t.Context(), func(database.Tx) error { close(inside); <-leave; return nil }); err != nil {
				t.Errorf("the first = %v", err)
			}
		})
		<-inside
		group.Go(func() {
			err := db.InTx(gone, func(tx database.Tx) error {
				<-gone.Done()
				_, err := tx.Exec(gone, `INSERT INTO thing (id, n) VALUES ('gone', 1)`)
				return errors.Join(err, gone.Err())
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the caller who is gone = %v", err)
			}
		})
		cancel()
		close(leave)
		group.Wait()
		if err := db.InTx(t.Context(), func(database.Tx) error { return nil }); err != nil {
			t.Errorf("the next = %v", err)
		}
	})
}

func TestRetryOfALostRace(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		db := databasetest.Open(t, url, migrations)
		insert := func(tx database.Tx, id string) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO thing (id, n) VALUES ($1, 1)`, id)
			return err
		}
		if err := db.InTx(t.Context(), func(tx database.Tx) error { return insert(tx, "a") }); err != nil {
			t.Fatal(err)
		}
		calls := 0
		err := db.InTxRetry(t.Context(), func(tx database.Tx) error {
			calls++
			return insert(tx, []string{"a", "b"}[min(calls-1, 1)])
		})
		if err != nil || calls != 2 {
			t.Errorf("after a duplicate: %v, %d calls", err, calls)
		}
		calls = 0
		failure := errors.New("no race")
		if err = db.InTxRetry(t.Context(), func(database.Tx) error { calls++; return failure }); !errors.Is(err, failure) || calls != 1 {
			t.Errorf("after another failure: %v, %d calls", err, calls)
		}
	})
}
