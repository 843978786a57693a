// Package databasetest opens throw-away databases for tests, so that one suite
// runs over SQLite and PostgreSQL alike.
package databasetest

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep.example/pkg/database"
)

// adminURL is where scratch databases are made. TEST_DATABASE_URL moves it.
func adminURL() string {
	return cmp.Or(os.Getenv("TEST_DATABASE_URL"), "postgres://root@127.0.0.1:5432/postgres")
}

// SQLiteURL returns the URL of a new SQLite file.
func SQLiteURL(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") }

// PostgresURL makes a database and returns its URL; it is dropped after the test.
// Without a server the test is skipped, except in CI.
func PostgresURL(t testing.TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	admin, err := pgx.Connect(ctx, adminURL())
	if err != nil {
		Missing(t, "a PostgreSQL server at "+redacted(adminURL())+" (apt-get install postgresql, or set TEST_DATABASE_URL)")
	}
	defer admin.Close(ctx)
	name := "doorstep_" + strings.ToLower(rand.Text()[:12])
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("make a scratch database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		admin, err := pgx.Connect(ctx, adminURL())
		if err != nil {
			t.Errorf("drop the scratch database: %v", err)
			return
		}
		defer admin.Close(ctx)
		if _, err := admin.Exec(ctx, fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name)); err != nil {
			t.Errorf("drop the scratch database: %v", err)
		}
	})
	config := admin.Config()
	user := config.User
	if config.Password != "" {
		user += ":" + config.Password
	}
	return fmt.Sprintf("postgres://%s@%s:%d/%s?sslmode=disable", user, config.Host, config.Port, name)
}

// Missing skips a test for want of a program, and fails it in CI, where nothing
// may be skipped. what names the thing and how to get it.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("needs %s", what)
	}
	t.Skipf("skipped: needs %s", what)
}

// Each runs f once for every database, with the URL of an empty one.
func Each(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLiteURL(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, PostgresURL(t)) })
}

// Open opens url and closes it after the test.
func Open(t testing.TB, url string, migrations database.Migrations) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), url, migrations)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func redacted(url string) string {
	if at := strings.LastIndex(url, "@"); at >= 0 {
		return url[at+1:]
	}
	return url
}
