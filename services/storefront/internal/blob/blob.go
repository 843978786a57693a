// Package blob keeps artefacts, in a folder or in an S3 bucket, under the hash of
// their content: putting the same bytes twice is the same as once.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/s3blob" // opens s3:// addresses
	"gocloud.dev/gcerrors"

	"doorstep.example/pkg/errs"
)

// Store is an open blob store.
type Store struct {
	bucket *blob.Bucket
	folder string // of file:, for fsync; empty otherwise
}

// Open opens `file:DIR` or `s3://BUCKET?endpoint=…&region=…`. The keys of a bucket
// come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
func Open(ctx context.Context, address string) (*Store, error) {
	if folder, ok := strings.CutPrefix(address, "file:"); ok && folder != "" {
		bucket, err := fileblob.OpenBucket(folder, &fileblob.Options{
			CreateDir: true, DirFileMode: 0o700, NoTempDir: true, Metadata: fileblob.MetadataDontWrite,
		})
		if err != nil {
			return nil, fmt.Errorf("open the folder %s: %w", folder, err)
		}
		return &Store{bucket: bucket, folder: folder}, nil
	}
	if !strings.HasPrefix(address, "s3://") {
		return nil, errors.New("must be file:DIR or s3://BUCKET?endpoint=…&region=…")
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("cannot be read as an s3:// address")
	}
	q := u.Query()
	if q.Has("endpoint") && !q.Has("use_path_style") {
		q.Set("use_path_style", "true") // servers other than Amazon's have no name for each bucket
	}
	u.RawQuery = q.Encode()
	bucket, err := blob.OpenBucket(ctx, u.String())
	if err != nil {
		return nil, fmt.Errorf("open the bucket: %w", err)
	}
	return &Store{bucket: bucket}, nil
}

// Stored says where content lies.
type Stored struct {
	Key    string
	SHA256 string // hex
	Size   int64
}

// Put stores content and returns once it would survive a power cut. Content that is
// there already, such as a file that is sold often, is not written again.
func (s *Store) Put(ctx context.Context, content []byte, contentType string) (Stored, error) {
	sum := sha256.Sum256(content)
	stored := Stored{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content))}
	stored.Key = stored.SHA256[:2] + "/" + stored.SHA256
	// The length tells a file that a power cut left empty.
	if there, err := s.bucket.Attributes(ctx, stored.Key); err != nil || there.Size != stored.Size {
		if err := s.bucket.WriteAll(ctx, stored.Key, content, &blob.WriterOptions{ContentType: contentType}); err != nil {
			return Stored{}, errs.Wrap(errs.Unavailable, err, "The artefact store does not take the file.")
		}
	}
	if s.folder != "" {
		path := filepath.Join(s.folder, filepath.FromSlash(stored.Key))
		if err := os.Chmod(path, 0o600); err != nil {
			return Stored{}, fmt.Errorf("protect the artefact: %w", err)
		}
		for _, p := range []string{path, filepath.Dir(path), s.folder} {
			if err := sync(p); err != nil {
				return Stored{}, err
			}
		}
	}
	return stored, nil
}

// Open returns a reader that can seek; close it. NotFound if the key is unknown.
func (s *Store) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	r, err := s.bucket.NewReader(ctx, key, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, errs.Wrap(errs.NotFound, err, "The file is not in the artefact store.")
	}
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "The artefact store does not answer.")
	}
	return r, nil
}

// Read returns the whole content.
func (s *Store) Read(ctx context.Context, key string) ([]byte, error) {
	r, err := s.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "The artefact store broke off.")
	}
	return content, nil
}

// Ready reports whether the store can be reached.
func (s *Store) Ready(ctx context.Context) error {
	ok, err := s.bucket.IsAccessible(ctx)
	if err == nil && !ok {
		err = errors.New("the bucket or folder does not exist")
	}
	return err
}

// Close releases the store.
func (s *Store) Close() error { return s.bucket.Close() }

func sync(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open for fsync: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("fsync: %w", err)
	}
	return nil
}
