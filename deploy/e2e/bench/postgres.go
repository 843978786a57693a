package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// defaultServer is where the tests make their databases, too.
	defaultServer   = "postgres://root@127.0.0.1:5432/postgres"
	postgresTimeout = 5 * time.Second
)

// postgres is a server on which databases may be made.
type postgres struct{ config *pgx.ConnConfig }

// findPostgres returns the server that TEST_DATABASE_URL names; the error says what
// is missing and how to get it.
func findPostgres(ctx context.Context) (postgres, error) {
	config, err := pgx.ParseConfig(cmp.Or(os.Getenv("TEST_DATABASE_URL"), defaultServer))
	if err != nil {
		return postgres{}, fmt.Errorf("TEST_DATABASE_URL cannot be read as a postgres:// address") // pgx's text repeats the password
	}
	p := postgres{config}
	if err := p.exec(ctx, "SELECT 1"); err != nil {
		return postgres{}, fmt.Errorf("needs a PostgreSQL server at %s:%d (apt-get install postgresql, or set TEST_DATABASE_URL)", config.Host, config.Port)
	}
	return p, nil
}

// scratch makes an empty database and returns its URL and what drops it.
func (p postgres) scratch(ctx context.Context) (address string, drop func(), err error) {
	name := "doorstep_bench_" + strings.ToLower(rand.Text()[:12])
	if err := p.exec(ctx, "CREATE DATABASE "+name); err != nil {
		return "", nil, fmt.Errorf("make a database: %w", err)
	}
	user := url.User(p.config.User)
	if p.config.Password != "" {
		user = url.UserPassword(p.config.User, p.config.Password)
	}
	u := url.URL{
		Scheme: "postgres", User: user, Host: net.JoinHostPort(p.config.Host, strconv.Itoa(int(p.config.Port))),
		Path: "/" + name, RawQuery: "sslmode=disable",
	}
	return u.String(), func() {
		// Also after Ctrl-C, which ended ctx.
		if err := p.exec(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			fmt.Fprintf(os.Stderr, "bench: drop the database %s: %v\n", name, err)
		}
	}, nil
}

func (p postgres) exec(ctx context.Context, statement string) error {
	ctx, cancel := context.WithTimeout(ctx, postgresTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, p.config)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
