package exposed

import (
	"bytes"
	"crypto/rand"
	"hash/fnv"
	"math/bits"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// baselinePaths returns six addresses at which nothing can be: two for each shape
// that servers treat in their own way.
func baselinePaths() []string {
	return []string{
		"/" + madeUp(), "/" + madeUp() + "/" + madeUp(), // a page, or a route of a program
		"/" + madeUp() + ".json", "/" + madeUp() + ".php.bak", // a file
		"/." + madeUp(), "/." + madeUp() + "/" + madeUp(), // a hidden one
	}
}

// madeUp returns a name that no site has.
func madeUp() string { return "zq7" + strings.ToLower(rand.Text()[:10]) }

// beside returns the address that differs from p only in the name of the file: it
// has the same folder, extension and query, and is as hidden.
func beside(p, name string) string {
	p, query, asked := strings.Cut(p, "?")
	p, slash := strings.CutSuffix(p, "/")
	folder, base := path.Split(p)
	hidden := ""
	if rest, ok := strings.CutPrefix(base, "."); ok {
		hidden, base = ".", rest
	}
	extension := ""
	if dot := strings.IndexByte(base, '.'); dot >= 0 {
		extension = base[dot:]
	}
	p = folder + hidden + name + extension
	if slash {
		p += "/"
	}
	if asked {
		p += "?" + query
	}
	return p
}

// sketch is what two answers are compared by. The address that was asked for is left
// out, since many pages repeat it.
type sketch struct {
	title  string
	length int
	words  int
	hash   uint64 // similar texts have similar ones
	exact  uint64
}

// title is that of a page.
var title = regexp.MustCompile(`(?is)<title[^>]{0,100}>\s*(.*?)\s*</title>`)

// wordSplit separates what counts as one word of an answer.
func wordSplit(r rune) bool {
	return r <= ' ' || strings.ContainsRune(`<>"'=/&;,:{}[]().`, r)
}

func newSketch(address string, body []byte) sketch {
	address, _, _ = strings.Cut(address, "?")
	for _, echo := range []string{address, strings.TrimPrefix(address, "/"), url.QueryEscape(address), path.Base(address)} {
		if len(echo) > 3 {
			body = bytes.ReplaceAll(body, []byte(echo), nil)
		}
	}
	s := sketch{length: len(body)}
	if found := title.FindSubmatch(body); found != nil {
		s.title = string(found[1])
	}
	whole := fnv.New64a()
	_, _ = whole.Write(body) // never fails
	s.exact = whole.Sum64()
	// A simhash: each word votes on every bit (Charikar, "Similarity Estimation
	// Techniques from Rounding Algorithms", 2002).
	var votes [64]int
	for word := range bytes.FieldsFuncSeq(body, wordSplit) {
		s.words++
		one := fnv.New64a()
		_, _ = one.Write(word)
		sum := spread(one.Sum64())
		for i := range votes {
			votes[i] += int(sum>>i&1)*2 - 1
		}
	}
	for i, v := range votes {
		if v > 0 {
			s.hash |= 1 << i
		}
	}
	return s
}

// spread makes all bits of h depend on each other; those of FNV do not for short
// words (the finalizer of MurmurHash3).
func spread(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// Bounds of what is alike.
const (
	minWords    = 20 // shorter texts say too little for a comparison by words
	maxDistance = 5  // bits of 64
)

// like reports whether both say the same, give or take a few words.
func (s sketch) like(other sketch) bool {
	switch {
	case s.exact == other.exact && s.length == other.length:
		return true
	case s.title != "" && s.title == other.title && near(s.length, other.length):
		return true
	}
	return s.words >= minWords && other.words >= minWords && near(s.length, other.length) &&
		bits.OnesCount64(s.hash^other.hash) <= maxDistance
}

// near reports whether the lengths differ by a tenth at most.
func near(a, b int) bool { return 10*min(a, b) >= 9*max(a, b) }
