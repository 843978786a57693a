package kind

import (
	"context"
	"mime"
	"os"
	"path/filepath"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/catalog"
)

// linkLife is how long a mailed link works; a new one is a click away.
const linkLife = 24 * time.Hour

// defaultDownloads is how often a link works when the catalogue does not say.
const defaultDownloads = 5

// maxFile bounds what is read into memory; larger goods belong on a CDN.
const maxFile = 256 << 20

// file is a ready file that the buyer downloads. Its copy at the time of the sale
// belongs to the order, so that a later edition changes nothing that was sold.
type file struct{ folder string }

func (file) Check(p catalog.Product, folder string) map[string]string {
	if p.File == "" {
		return map[string]string{"file": "is missing: which file is sold?"}
	}
	if !filepath.IsLocal(p.File) {
		return map[string]string{"file": "must lie below the catalogue's folder"}
	}
	info, err := os.Stat(filepath.Join(folder, p.File))
	switch {
	case err != nil:
		return map[string]string{"file": "does not exist beside the catalogue: " + p.File}
	case !info.Mode().IsRegular():
		return map[string]string{"file": "is not a file: " + p.File}
	case info.Size() > maxFile:
		return map[string]string{"file": "is larger than 256 MiB: " + p.File}
	}
	return nil
}

func (file) Fields() []Field { return nil }

func (f file) Produce(_ context.Context, j Job) (Made, error) {
	content, err := os.ReadFile(filepath.Join(f.folder, j.Product.File))
	if err != nil {
		return Made{}, errs.Wrap(errs.Unavailable, err, "The file of the product cannot be read.")
	}
	name := filepath.Base(j.Product.File)
	contentType := mime.TypeByExtension(filepath.Ext(name))
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	return Made{Files: []File{{Name: name, ContentType: contentType, Content: content}}}, nil
}

// Prove has nothing to ask: a file is for whoever bought it.
func (file) Prove(context.Context, Job) (auditapi.Proof, error) {
	return auditapi.Proof{Proven: true}, nil
}

func (file) Grant(p catalog.Product) (int, time.Duration) {
	if p.Downloads > 0 {
		return p.Downloads, linkLife
	}
	return defaultDownloads, linkLife
}

func (file) Template() string { return mailapi.TemplateDownload }

func (file) Mail(h Handover) Mail {
	return Mail{Data: mailapi.Download{
		Seller: h.Seller, Order: h.Shown, File: h.Files[0].Name, Link: h.Link, ExpiresAt: h.Expires, Limit: h.Uses, Renewed: h.Renewed,
	}}
}
