package e2e_test

import (
	"crypto/rand"
	"database/sql"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/jackc/pgx/v5"

	"doorstep.example/deploy/e2e/stack"
	"doorstep.example/pkg/database/databasetest"
)

// Nothing can be committed, because somebody else holds the database: the event must
// not be answered 200, or Stripe would never send it again. Afterwards it is taken.
func TestFaultDatabaseHeld(t *testing.T) {
	t.Parallel()
	onEach(t, databaseHeld, shopAndMailer)
}

func databaseHeld(s *shop) {
	sold := newSale()
	release := s.holdDatabase()
	status, err := s.try(s.Context(), sold.body)
	if err != nil || status != http.StatusServiceUnavailable {
		s.Errorf("an event that cannot be stored was answered %d (%v), want 503", status, err)
	}
	release()
	for range 2 {
		if err := s.sendUntilTaken(s.Context(), sold.body); err != nil {
			s.Fatal(err)
		}
	}
	s.wantAllSentOnce([]sale{sold})
	s.wantEvents(1)
}

// holdDatabase keeps the storefront from writing until release is called.
func (s *shop) holdDatabase() (release func()) {
	s.Helper()
	ctx := s.Context()
	if s.Database == "" {
		db := s.sqlite()
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			s.Fatal(err)
		}
		return func() {
			_ = tx.Rollback() // it wrote nothing
			_ = db.Close()
		}
	}
	db, err := pgx.Connect(ctx, s.Database)
	if err != nil {
		s.Fatal(err)
	}
	tx, err := db.Begin(ctx)
	if err != nil {
		s.Fatal(err)
	}
	if _, err := tx.Exec(ctx, "LOCK TABLE events IN ACCESS EXCLUSIVE MODE"); err != nil {
		s.Fatal(err)
	}
	return func() {
		_ = tx.Rollback(ctx) // it wrote nothing
		_ = db.Close(ctx)
	}
}

// sqlite opens the storefront's SQLite database beside it. The driver is registered by
// the database package.
func (s *shop) sqlite() *sql.DB {
	s.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.Dir, "storefront.db")+"?_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		s.Fatal(err)
	}
	return db
}

// wantEvents wants so many events in the database: each that was sent, once.
func (s *shop) wantEvents(want int) {
	s.Helper()
	const count = "SELECT count(*) FROM events"
	var got int
	if s.Database == "" {
		db := s.sqlite()
		defer db.Close()
		if err := db.QueryRowContext(s.Context(), count).Scan(&got); err != nil {
			s.Fatal(err)
		}
	} else {
		db, err := pgx.Connect(s.Context(), s.Database)
		if err != nil {
			s.Fatal(err)
		}
		defer db.Close(s.Context())
		if err := db.QueryRow(s.Context(), count).Scan(&got); err != nil {
			s.Fatal(err)
		}
	}
	if got != want {
		s.Errorf("%d events are stored, want %d: each one once", got, want)
	}
}

// The disk of the SQLite database. It holds a few hundred orders, so that it is filled
// by the test and not by the sales.
const (
	diskSize  = "24m"
	fullSales = 60
)

// The disk with the database is full. Events are refused and none that was answered
// 200 is lost; when there is room again the refused ones are taken, and all are sent.
func TestFaultDiskFull(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	s := open(t, shopAndMailer, with("DATABASE_URL", "sqlite:"+filepath.Join(disk, "storefront.db")))
	sales := make([]sale, fullSales)
	filler := filepath.Join(disk, "filler")
	var refused []sale
	for i := range sales {
		if i == fullSales/3 {
			fillDisk(t, filler)
		}
		sales[i] = newSale()
		if status, err := s.try(t.Context(), sales[i].body); err != nil || status != http.StatusOK {
			refused = append(refused, sales[i])
		}
	}
	if len(refused) == 0 {
		t.Error("no event was refused: the disk was never full")
	}
	t.Logf("%d of %d events were refused", len(refused), fullSales)
	if !s.Process(stack.Storefront).Running() {
		t.Fatal("the storefront ended when the disk was full")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	for _, sold := range refused { // Stripe does not send the others again
		if err := s.sendUntilTaken(t.Context(), sold.body); err != nil {
			t.Fatal(err)
		}
	}
	s.wantAllSentOnce(sales)
}

// smallDisk mounts a small disk in memory until the test ends, and returns its folder.
func smallDisk(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		databasetest.Missing(t, "Linux, to mount a small disk in memory")
	}
	dir := t.TempDir()
	mount := asRoot(t, "mount", "-t", "tmpfs", "-o", "size="+diskSize+",mode=0777", "tmpfs", dir)
	if out, err := mount.CombinedOutput(); err != nil {
		databasetest.Missing(t, "the right to mount a tmpfs (run as root, or with sudo without a password): "+string(out))
	}
	t.Cleanup(func() {
		if out, err := asRoot(t, "umount", dir).CombinedOutput(); err != nil {
			t.Errorf("unmount the small disk: %v: %s", err, out)
		}
	})
	return dir
}

// asRoot is a command that root runs, also when the test is over.
func asRoot(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	if os.Geteuid() != 0 {
		name, args = "sudo", append([]string{"-n", name}, args...)
	}
	return exec.Command(name, args...)
}

// fillDisk writes a file until its disk is full.
func fillDisk(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	block := make([]byte, 4<<10)
	_, _ = rand.Read(block) // never fails
	for written := 0; written < 1<<30; written += len(block) {
		if _, err := file.Write(block); err != nil {
			return
		}
	}
	t.Fatal("the disk took a gigabyte and is not full")
}
