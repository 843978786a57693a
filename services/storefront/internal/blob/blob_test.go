package blob

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"doorstep.example/pkg/errs"
)

func TestFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "blobs")
	s, err := Open(t.Context(), "file:"+folder)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	content := bytes.Repeat([]byte("0123456789"), 1000)
	first, err := s.Put(t.Context(), content, "application/pdf")
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Put(t.Context(), content, "application/pdf")
	if err != nil || first != second {
		t.Errorf("again: %+v, %v; want %+v", second, err, first)
	}
	r, err := s.Open(t.Context(), first.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Seek(9995, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if tail, err := io.ReadAll(r); err != nil || string(tail) != "56789" {
		t.Errorf("tail = %q, %v", tail, err)
	}
	path := filepath.Join(folder, first.Key)
	if err := os.Truncate(path, 0); err != nil { // as a power cut may leave it
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), content, "application/pdf"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, content) {
		t.Errorf("a file that was cut is still %d bytes, %v", len(got), err)
	}
	if _, err := s.Read(t.Context(), "00/none"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("unknown key: %v", err)
	}
	files := 0
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		info, err := os.Stat(path)
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is readable by others: %v", path, info.Mode())
		}
		return err
	})
	if err != nil || files != 1 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, address := range []string{"", "file:", "ftp://x", "var/blobs"} {
		if _, err := Open(t.Context(), address); err == nil {
			t.Errorf("Open(%q) passed", address)
		}
	}
}
