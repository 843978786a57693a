package report

import (
	"embed"
	"fmt"
	"sync"

	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/signintech/gopdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

//go:embed fonts/*.ttf
var fontFiles embed.FS

// faceID names one font of the document.
type faceID uint8

const (
	regular faceID = iota
	semibold
	bold
	italic
	mono
	symbols // DejaVu Sans: arrows, dingbats, outlines of some emoji
	cjk     // Droid Sans Fallback: Han, kana, Hangul
	faceCount
)

// family is the font's name inside the PDF.
func (id faceID) family() string {
	return [faceCount]string{"Inter-Regular", "Inter-SemiBold", "Inter-Bold", "Inter-Italic", "JetBrainsMono-Regular", "DejaVuSans", "DroidSansFallback"}[id]
}

// face is a parsed font. It is shared by all documents and never changes after
// loading; glyph look-ups that need a buffer go through a document's typesetter.
type face struct {
	font  *sfnt.Font
	upem  int
	kerns kernTable
	ascii [128]glyph // filled at load: nearly all text is ASCII
}

// glyph is a rune's index in a face, and its advance in thousandths of the size.
type glyph struct {
	index   sfnt.GlyphIndex
	advance int
	known   bool // looked up before; index 0 then means that the face lacks it
}

// library holds every font once, for measuring and for gopdf.
type library struct {
	faces     [faceCount]*face
	container gopdf.FontContainer
}

var loadLibrary = sync.OnceValues(func() (*library, error) {
	lib := &library{}
	for id := range faceCount {
		data := dejavusans.TTF
		if id != symbols {
			var err error
			if data, err = fontFiles.ReadFile("fonts/" + id.family() + ".ttf"); err != nil {
				return nil, fmt.Errorf("read the font %s: %w", id.family(), err)
			}
		}
		f, err := parseFace(data)
		if err != nil {
			return nil, fmt.Errorf("parse the font %s: %w", id.family(), err)
		}
		lib.faces[id] = f
		// Kerning is switched on here and its values come from KernOverride,
		// because gopdf knows only the old kern table, which Inter lacks.
		option := gopdf.TtfOption{UseKerning: len(f.kerns) > 0}
		if err := lib.container.AddTTFFontDataWithOption(id.family(), data, option); err != nil {
			return nil, fmt.Errorf("load the font %s: %w", id.family(), err)
		}
	}
	return lib, nil
})

func parseFace(data []byte) (*face, error) {
	f, err := sfnt.Parse(data)
	if err != nil {
		return nil, err
	}
	out := &face{font: f, upem: int(f.UnitsPerEm()), kerns: readKerns(data, f)}
	var buf sfnt.Buffer
	for r := range rune(len(out.ascii)) {
		if out.ascii[r], err = out.lookup(&buf, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// lookup finds a rune's glyph. The advance is rounded the way gopdf writes it
// into the file, so that what is measured is what a viewer shows.
func (f *face) lookup(buf *sfnt.Buffer, r rune) (glyph, error) {
	index, err := f.font.GlyphIndex(buf, r)
	if err != nil {
		return glyph{}, fmt.Errorf("look up the glyph of %U: %w", r, err)
	}
	advance, err := f.font.GlyphAdvance(buf, index, fixed.Int26_6(f.upem), font.HintingNone)
	if err != nil {
		return glyph{}, fmt.Errorf("measure the glyph of %U: %w", r, err)
	}
	return glyph{index: index, advance: int(advance) * 1000 / f.upem, known: true}, nil
}
