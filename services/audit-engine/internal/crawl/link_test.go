package crawl

import (
	"net/url"
	"strings"
	"testing"
)

func parse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestPagesThatMayBeFollowed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"https://shop.example/":                                   true,
		"https://shop.example/about-us":                           true,
		"https://shop.example/blog/outdoor":                       true,
		"https://shop.example/index.php?page=home":                true,
		"https://shop.example/v1.2/notes":                         true,
		"https://shop.example/checkout":                           true,
		"https://shop.example/catalog/output":                     true,
		"https://shop.example/deleted-scenes":                     true,
		"https://shop.example/logout":                             false,
		"https://shop.example/user/log-out":                       false,
		"https://shop.example/Account/LogOff":                     false,
		"https://shop.example/signOut.do":                         false,
		"https://shop.example/posts/7/delete":                     false,
		"https://shop.example/posts?action=deleteUser":            false,
		"https://shop.example/?add-to-cart=12":                    false,
		"https://shop.example/cart?add=12":                        false,
		"https://shop.example/konto/l%C3%B6schen":                 false,
		"https://shop.example/unsubscribe?u=1":                    false,
		"https://shop.example/catalogue.PDF":                      false,
		"https://shop.example/setup.exe":                          false,
		"https://user:pass@shop.example/":                         false,
		"mailto:info@shop.example":                                false,
		"https://shop.example/" + strings.Repeat("a", maxAddress): false,
	} {
		if got := page(parse(t, text)); got != want {
			t.Errorf("page(%s) = %v, want %v", text, got, want)
		}
	}
}

func TestVariety(t *testing.T) {
	t.Parallel()
	v := variety{shapes: map[string]int{}}
	for _, test := range []struct {
		path string
		want bool
	}{
		{"/product/1", true},
		{"/product/2", false},
		{"/product/100/", false},
		{"/product/1/reviews", true},
		{"/product/2/reviews", false},
		{"/order/6f1c2a9e-77aa-4b11-9c1f-0123456789ab", true},
		{"/order/00000000-77aa-4b11-9c1f-0123456789ab", false},
		{"/blog/why-we-moved-to-the-coast", true},
		{"/blog/ten-chairs-for-a-small-room", false},
		{"/list?page=1", true},
		{"/list?page=2", false},
		{"/list?sort=up&page=2", true},
		{"/list?sort=down", false},
		{"/other?a=1&b=2&c=3", false},
		{"/team/anna", true}, {"/team/bert", true}, {"/team/carl", true}, {"/team/dora", true}, {"/team/emil", false},
		{"/a", true}, {"/b", true}, {"/c", true}, {"/d", true}, {"/e", true}, {"/f", true},
	} {
		if got := v.take(parse(t, "https://shop.example"+test.path)); got != test.want {
			t.Errorf("take(%s) = %v, want %v", test.path, got, test.want)
		}
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	if origin(parse(t, "https://Shop.example:443/a")) != origin(parse(t, "https://shop.example/b")) {
		t.Error("the scheme's own port makes a difference")
	}
	if origin(parse(t, "http://shop.example/")) == origin(parse(t, "https://shop.example/")) || origin(parse(t, "https://shop.example:8443/")) == origin(parse(t, "https://shop.example/")) {
		t.Error("scheme and port make no difference")
	}
}
