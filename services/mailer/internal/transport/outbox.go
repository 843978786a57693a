package transport

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Outbox writes each mail as a file that any mail program opens. It is the
// transport of a first start, and of tests.
type Outbox struct{ dir string }

// NewOutbox makes dir, for this user alone: mails hold personal data.
func NewOutbox(dir string) (*Outbox, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the outbox folder: %w", err)
	}
	return &Outbox{dir: dir}, nil
}

// Name implements Transport.
func (*Outbox) Name() string { return "outbox" }

// MayRepeat implements Transport: a repeat writes the same file again.
func (*Outbox) MayRepeat(int, time.Time, time.Time) bool { return true }

// Ready implements Transport.
func (o *Outbox) Ready() error {
	probe, err := os.CreateTemp(o.dir, ".probe-*")
	if err != nil {
		return fmt.Errorf("the outbox folder cannot be written: %w", err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// Send implements Transport. The file's name follows from the message, so that a
// repeat leaves one file.
func (o *Outbox) Send(_ context.Context, m *Message) (Accepted, error) {
	raw, err := m.MIME()
	if err != nil {
		return Accepted{}, &Error{Class: Permanent, Message: "The mail cannot be put together.", Err: err}
	}
	name := fmt.Sprintf("%s-%s-%s.eml", m.Date.UTC().Format("20060102T150405.000Z"), m.Template, m.ID)
	if err := writeFile(o.dir, name, raw); err != nil {
		return Accepted{}, &Error{Class: Retry, Message: "The outbox folder cannot be written.", Err: err}
	}
	return Accepted{ProviderID: name, Detail: "written to the outbox"}, nil
}

// writeFile makes dir/name appear whole or not at all, and survive a power cut.
func writeFile(dir, name string, content []byte) error {
	file, err := os.CreateTemp(dir, ".part-*") // readable by this user alone
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
