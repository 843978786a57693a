package crawl

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Bounds of what is worth following.
const (
	maxAddress    = 512 // characters of path and query
	maxParameters = 2   // more of them are filters and sort orders, which multiply without end
	maxVariants   = 2   // of one path with different parameters
	maxSiblings   = 4   // pages of one folder, below the top
)

// origin is scheme, host and port of an address, comparable.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// harmful are words in addresses that do something, in languages that we know.
var harmful = map[string]bool{}

func init() {
	for word := range strings.FieldsSeq(`
		logout logoff signout signoff delete del remove destroy erase purge drop trash unsubscribe cancel deactivate
		disable enable activate revoke reset confirm approve reject block ban vote like unlike follow unfollow
		addtocart cartadd addtobasket basketadd update install uninstall shutdown restart execute exec run impersonate
		switchuser clear flush
		abmelden ausloggen loeschen löschen entfernen kuendigen kündigen stornieren
		deconnexion déconnexion supprimer eliminar borrar`) {
		harmful[word] = true
	}
}

// acts reports whether following the link may do more than show a page, as far as
// its words tell. It errs towards leaving a link alone.
func acts(u *url.URL) bool {
	text := u.EscapedPath() + "?" + u.RawQuery
	if plain, err := url.QueryUnescape(text); err == nil {
		text = plain
	}
	words := splitWords(text)
	for i, word := range words {
		if harmful[word] || (i > 0 && harmful[words[i-1]+word]) || (i > 1 && harmful[words[i-2]+words[i-1]+word]) {
			return true
		}
	}
	return false
}

// splitWords takes a text apart at everything that is no letter, and before
// capitals in the middle of a word. The words are in lower case.
func splitWords(text string) []string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, strings.ToLower(word.String()))
			word.Reset()
		}
	}
	lower := false
	for _, c := range text {
		if !unicode.IsLetter(c) || (lower && unicode.IsUpper(c)) {
			flush()
		}
		if lower = unicode.IsLower(c); unicode.IsLetter(c) {
			word.WriteRune(c)
		}
	}
	flush()
	return words
}

// files are extensions of what is no page.
var files = map[string]bool{}

func init() {
	for extension := range strings.FieldsSeq(`
		7z apk atom avi avif bin bmp bz2 css csv dat deb dmg doc docx eot epub exe flac gif gz ico ics iso jar jpeg jpg js
		json m4a m4v map mjs mkv mov mp3 mp4 msi odp ods odt ogg ogv otf pdf png ppt pptx psd rar rpm rss svg swf tar tgz tif
		tiff ttf txt vcf wasm wav webm webmanifest webp woff woff2 xls xlsx xml xz zip zst`) {
		files["."+extension] = true
	}
}

// page reports whether the address looks like a page that may be followed.
func page(u *url.URL) bool {
	return u.User == nil && u.Opaque == "" && len(u.RequestURI()) <= maxAddress &&
		!files[strings.ToLower(path.Ext(u.Path))] && !acts(u)
}

var (
	numbers = regexp.MustCompile(`\d+`)
	hashes  = regexp.MustCompile(`^[0-9a-fA-F-]{16,}$`)
)

// shape is what pages of one kind share: the path with its numbers, ids and long
// titles taken out.
func shape(u *url.URL) string {
	segments := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	for i, s := range segments {
		switch {
		case hashes.MatchString(s):
			segments[i] = "#"
		case strings.Count(s, "-") >= 3 || strings.Count(s, "_") >= 3 || len(s) > 40:
			segments[i] = "~"
		default:
			segments[i] = numbers.ReplaceAllString(s, "#")
		}
	}
	return strings.Join(segments, "/")
}

// parameters are the names in the query, sorted.
func parameters(u *url.URL) []string {
	var names []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		if name, _, _ := strings.Cut(pair, "="); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// variety decides which links are new kinds of pages.
type variety struct {
	shapes map[string]int // how many variants of a path, and whether a variant is there
}

// take reports whether u is worth reading, and remembers it.
func (v variety) take(u *url.URL) bool {
	names := parameters(u)
	kind := shape(u)
	variant := kind + "?" + strings.Join(names, "&")
	folder := path.Dir(kind)
	deep := folder != "."
	if len(names) > maxParameters || v.shapes[variant] > 0 || v.shapes[kind] >= maxVariants || (deep && v.shapes[folder+"/*"] >= maxSiblings) {
		return false
	}
	v.shapes[variant]++
	v.shapes[kind]++
	if deep {
		v.shapes[folder+"/*"]++
	}
	return true
}
