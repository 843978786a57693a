package database_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/database/databasetest"
)

var migrations = fstest.MapFS{
	"sqlite/00001_thing.sql":   {Data: []byte("-- +goose Up\nCREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT NOT NULL);\n")},
	"postgres/00001_thing.sql": {Data: []byte("-- +goose Up\nCREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT NOT NULL);\n")},
}

func TestTx(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		db := databasetest.Open(t, url, migrations)
		insert := func(id string, n int, fail error) error {
			return db.InTx(t.Context(), func(tx database.Tx) error {
				if _, err := tx.Exec(t.Context(), `INSERT INTO thing (id, n) VALUES ($1, $2)`, id, n); err != nil {
					return err
				}
				return fail
			})
		}
		if err := insert("a", 1, nil); err != nil {
			t.Fatal(err)
		}
		if err := insert("a", 2, nil); !database.IsDuplicate(err) {
			t.Errorf("second insert = %v, want a duplicate", err)
		}
		rollback := errors.New("rollback")
		if err := insert("b", 3, rollback); !errors.Is(err, rollback) {
			t.Errorf("InTx = %v", err)
		}
		var n int
		if err := db.Read().QueryRow(t.Context(), `SELECT count(*) FROM thing`).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d rows, %v; want 1", n, err)
		}
		err := db.Read().QueryRow(t.Context(), `SELECT n FROM thing WHERE id = $1`, "none").Scan(&n)
		if !errors.Is(err, database.ErrNoRows) {
			t.Errorf("no row = %v", err)
		}
		changed := int64(-1)
		err = db.InTx(t.Context(), func(tx database.Tx) error {
			changed, err = tx.Exec(t.Context(), `UPDATE thing SET n = 9 WHERE id = $1 AND n = $2`, "a", 7)
			return err
		})
		if err != nil || changed != 0 {
			t.Errorf("a conditional update that misses changed %d rows, %v", changed, err)
		}
	})
}

func TestSQLiteFileServesOneProcess(t *testing.T) {
	url := databasetest.SQLiteURL(t)
	databasetest.Open(t, url, migrations)
	if _, err := database.Open(t.Context(), url, migrations); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("second Open = %v", err)
	}
}

func TestOpenRefusesOtherURLs(t *testing.T) {
	for _, url := range []string{"", "mysql://x", "sqlite:", "postgres://user:swordfish@:bad:/x"} {
		_, err := database.Open(t.Context(), url, migrations)
		if err == nil || strings.Contains(err.Error(), "swordfish") {
			t.Errorf("Open(%q) = %v", url, err)
		}
	}
}

// TestNestedReadsOfOneText reads the same text while its rows are open, which the
// cache of statements must not mix up.
func TestNestedReadsOfOneText(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		db := databasetest.Open(t, url, migrations)
		err := db.InTx(t.Context(), func(tx database.Tx) error {
			for n, id := range []string{"a", "b", "c"} {
				if _, err := tx.Exec(t.Context(), `INSERT INTO thing (id, n) VALUES ($1, $2)`, id, n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		const text = `SELECT id FROM thing WHERE n >= $1 ORDER BY n`
		var got []string
		rows, err := db.Read().Query(t.Context(), text, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var outer, inner string
			if err := rows.Scan(&outer); err != nil {
				t.Fatal(err)
			}
			if err := db.Read().QueryRow(t.Context(), text, 2).Scan(&inner); err != nil {
				t.Fatal(err)
			}
			got = append(got, outer+inner)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if want := "ac bc cc"; strings.Join(got, " ") != want {
			t.Errorf("read %v, want %s", got, want)
		}
	})
}
