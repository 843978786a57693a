package report

import (
	"errors"
	"fmt"
	"slices"
)

// maxOpen is how many nested bookmarks still stand open at first.
const maxOpen = 24

// outlineRoot stands for the root among the indexes of bookmarks.
const outlineRoot = -1

// outlineObjects writes the tree of bookmarks: its root and its items, which get
// the object numbers from first on.
func outlineObjects(marks []bookmark, pages []string, first int) (root []byte, items [][]byte, err error) {
	parent := make([]int, len(marks))
	children := map[int][]int{} // in order, by parent
	above := outlineRoot
	for i, m := range marks {
		if m.page >= len(pages) {
			return nil, nil, errors.New("a bookmark points behind the last page")
		}
		if parent[i] = above; !m.nested {
			parent[i], above = outlineRoot, i
		}
		children[parent[i]] = append(children[parent[i]], i)
	}
	object := func(i int) int {
		if i == outlineRoot {
			return outlinesObject
		}
		return first + i
	}
	visible := len(children[outlineRoot])
	for i, m := range marks {
		item := fmt.Appendf(nil, "<< /Title %s /Parent %d 0 R /Dest [%s 0 R /XYZ 0 %.2f null]",
			textString(m.title), object(parent[i]), pages[m.page], pageHeight-m.y)
		siblings := children[parent[i]]
		n, _ := slices.BinarySearch(siblings, i)
		if n > 0 {
			item = fmt.Appendf(item, " /Prev %d 0 R", object(siblings[n-1]))
		}
		if n < len(siblings)-1 {
			item = fmt.Appendf(item, " /Next %d 0 R", object(siblings[n+1]))
		}
		if below := children[i]; len(below) > 0 {
			count := len(below)
			if count > maxOpen {
				count = -count // closed
			} else {
				visible += count
			}
			item = fmt.Appendf(item, " /First %d 0 R /Last %d 0 R /Count %d", object(below[0]), object(below[len(below)-1]), count)
		}
		items = append(items, append(item, " >>\n"...))
	}
	root = []byte("<< /Type /Outlines")
	if top := children[outlineRoot]; len(top) > 0 {
		root = fmt.Appendf(root, " /First %d 0 R /Last %d 0 R /Count %d", object(top[0]), object(top[len(top)-1]), visible)
	}
	return append(root, " >>\n"...), items, nil
}
