package report

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// Places of gopdf's own objects in the file; its numbering starts at 1.
const (
	catalogObject  = 1
	pagesObject    = 2
	outlinesObject = 3
	firstFont      = 5 // after the resources; then five objects a font
	objectsPerFont = 5
)

// properties is what a viewer shows about the file.
type properties struct {
	title, author, subject string
	created                time.Time
}

// finish takes apart the file that gopdf wrote and writes it anew with what gopdf
// leaves out or gets wrong: the outline, a document information object, language
// and identifier, printable links, names of subset fonts, and the map from glyphs
// back to text for characters outside the basic plane.
func finish(raw []byte, faces []faceID, outline []bookmark, props properties) ([]byte, error) {
	objects, err := splitObjects(raw)
	if err != nil {
		return nil, err
	}
	if len(objects) < firstFont-1+objectsPerFont*len(faces) {
		return nil, errors.New("the written PDF has fewer objects than fonts need")
	}
	for i, id := range faces {
		if err := mendFont(objects[firstFont-1+i*objectsPerFont:][:objectsPerFont], id, i); err != nil {
			return nil, fmt.Errorf("mend the font %s: %w", id.family(), err)
		}
	}
	for i, o := range objects {
		if rest, ok := bytes.CutPrefix(o, []byte("<</Type /Annot ")); ok {
			objects[i] = append([]byte("<</Type /Annot /F 4 "), rest...)
		}
	}
	var pages []string
	for _, kid := range reference.FindAllSubmatch(objects[pagesObject-1], -1) {
		pages = append(pages, string(kid[1]))
	}
	root, items, err := outlineObjects(outline, pages, len(objects)+1)
	if err != nil {
		return nil, err
	}
	objects[catalogObject-1] = []byte(catalog)
	objects[outlinesObject-1] = root
	objects = append(objects, items...)
	objects = append(objects, props.object())
	return joinObjects(objects), nil
}

const catalog = `<< /Type /Catalog /Pages 2 0 R /Outlines 3 0 R /PageMode /UseOutlines /Lang (en)
/ViewerPreferences << /DisplayDocTitle true >> >>
`

var (
	reference = regexp.MustCompile(`(\d+) 0 R`)
	xrefEntry = regexp.MustCompile(`(?m)^(\d{10}) 00000 n `)
	bfrange   = regexp.MustCompile(`<([0-9A-F]{4})><[0-9A-F]{4}><([0-9A-F]+)>`)
)

// splitObjects returns the bodies of all objects in order.
func splitObjects(raw []byte) ([][]byte, error) {
	last := bytes.LastIndex(raw, []byte("xref\n0 "))
	if last < 0 {
		return nil, errors.New("the written PDF has no table of objects")
	}
	var objects [][]byte
	end := last
	offsets := xrefEntry.FindAllSubmatch(raw[last:], -1)
	for i := len(offsets) - 1; i >= 0; i-- {
		start, err := strconv.Atoi(string(offsets[i][1]))
		head := fmt.Appendf(nil, "%d 0 obj\n", i+1)
		if err != nil || start > end || !bytes.HasPrefix(raw[start:end], head) {
			return nil, fmt.Errorf("object %d of the written PDF is not where the table says", i+1)
		}
		body := bytes.TrimSuffix(raw[start+len(head):end], []byte("endobj\n\n"))
		objects = append(objects, body)
		end = start
	}
	for i, j := 0, len(objects)-1; i < j; i, j = i+1, j-1 {
		objects[i], objects[j] = objects[j], objects[i]
	}
	return objects, nil
}

// joinObjects writes a file. Its identifier is a hash of its contents: equal
// input gives equal bytes. The last object is the document information.
func joinObjects(objects [][]byte) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, body := range objects {
		offsets[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%sendobj\n", i+1, body)
	}
	sum := sha256.Sum256(out.Bytes())
	xref := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%X> <%X>] >>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, catalogObject, len(objects), sum[:16], sum[:16], xref)
	return out.Bytes()
}

// mendFont names a font as a subset and rewrites its map to Unicode: gopdf writes
// runes beyond U+FFFF as five digits and claims too small a range of codes.
func mendFont(objects [][]byte, id faceID, n int) error {
	ranges := bfrange.FindAllSubmatch(objects[0], -1)
	var cmap strings.Builder
	cmap.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	seen := map[string]bool{}
	var lines []string
	for _, r := range ranges {
		code, err := strconv.ParseInt(string(r[2]), 16, 32)
		if err != nil {
			return fmt.Errorf("read its map to Unicode: %w", err)
		}
		if glyph := string(r[1]); !seen[glyph] {
			seen[glyph] = true
			lines = append(lines, fmt.Sprintf("<%s> <%X>", glyph, utf16Bytes(string(rune(code)))))
		}
	}
	for len(lines) > 0 {
		block := lines[:min(100, len(lines))] // the norm's limit
		fmt.Fprintf(&cmap, "%d beginbfchar\n%s\nendbfchar\n", len(block), strings.Join(block, "\n"))
		lines = lines[len(block):]
	}
	cmap.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	stream, err := deflate([]byte(cmap.String()))
	if err != nil {
		return err
	}
	objects[0] = stream
	name := []byte("/" + id.family())
	subset := fmt.Appendf(nil, "/AUDIT%c+%s", 'A'+n, id.family())
	for _, i := range []int{2, 3, 4} { // descriptor, descendant, font
		objects[i] = bytes.ReplaceAll(objects[i], name, subset)
	}
	return nil
}

func deflate(data []byte) ([]byte, error) {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(data); err != nil {
		return nil, fmt.Errorf("compress a stream: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress a stream: %w", err)
	}
	return fmt.Appendf(nil, "<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\n", packed.Len(), packed.Bytes()), nil
}

func utf16Bytes(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return out
}

// textString is a string for people, in UTF-16.
func textString(s string) string { return fmt.Sprintf("<FEFF%X>", utf16Bytes(s)) }

func (p properties) object() []byte {
	out := fmt.Appendf(nil, "<< /Title %s /Author %s /Subject %s /Creator %s /Producer %s",
		textString(p.title), textString(p.author), textString(p.subject), textString("Doorstep audit-engine"), textString("gopdf"))
	if !p.created.IsZero() {
		at := p.created.UTC().Format("20060102150405") + "+00'00'"
		out = fmt.Appendf(out, " /CreationDate (D:%s) /ModDate (D:%s)", at, at)
	}
	return append(out, " >>\n"...)
}
