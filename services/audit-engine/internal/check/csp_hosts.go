package check

// bypassKind is why a host defeats a policy that trusts it.
type bypassKind string

const (
	anyFile  bypassKind = "where anybody may publish files"
	library  bypassKind = "a library that runs what stands in the markup"
	callback bypassKind = "which returns a script that begins with given text"
)

// bypass is an address on a much used host that lets an attacker run code.
type bypass struct {
	name string
	path string // where it is known to lie; other paths may do as well
	kind bypassKind
	eval bool // only where 'unsafe-eval' is allowed
}

// bypassesDate is when bypasses was last looked through.
const bypassesDate = "December 2025"

// bypasses are hosts that policies often trust. Sources: the documentation of each
// service, and "CSP Is Dead, Long Live CSP" (Weichselbaum and others, 2016), which
// describes the three kinds.
var bypasses = []bypass{
	{name: "cdn.jsdelivr.net", path: "/npm/", kind: anyFile},
	{name: "unpkg.com", path: "/", kind: anyFile},
	{name: "esm.sh", path: "/", kind: anyFile},
	{name: "esm.run", path: "/", kind: anyFile},
	{name: "cdn.skypack.dev", path: "/", kind: anyFile},
	{name: "ga.jspm.io", path: "/", kind: anyFile},
	{name: "cdn.statically.io", path: "/gh/", kind: anyFile},
	{name: "raw.githack.com", path: "/", kind: anyFile},
	{name: "rawcdn.githack.com", path: "/", kind: anyFile},
	{name: "cdn.glitch.global", path: "/", kind: anyFile},
	{name: "storage.googleapis.com", path: "/", kind: anyFile},
	{name: "firebasestorage.googleapis.com", path: "/v0/b/", kind: anyFile},
	{name: "s3.amazonaws.com", path: "/", kind: anyFile},
	{name: "cdn.shopify.com", path: "/s/files/", kind: anyFile},
	{name: "dl.dropboxusercontent.com", path: "/", kind: anyFile},

	{name: "cdnjs.cloudflare.com", path: "/ajax/libs/angular.js/", kind: library},
	{name: "ajax.googleapis.com", path: "/ajax/libs/angularjs/", kind: library},
	{name: "code.angularjs.org", path: "/", kind: library},
	{name: "ajax.aspnetcdn.com", path: "/ajax/", kind: library},
	{name: "oss.maxcdn.com", path: "/angularjs/", kind: library},
	{name: "yastatic.net", path: "/angularjs/", kind: library},

	{name: "accounts.google.com", path: "/o/oauth2/revoke", kind: callback},
	{name: "www.google.com", path: "/complete/search", kind: callback},
	{name: "clients1.google.com", path: "/complete/search", kind: callback},
	{name: "cse.google.com", path: "/api/", kind: callback},
	{name: "www.googleapis.com", path: "/customsearch/v1", kind: callback},
	{name: "translate.googleapis.com", path: "/$discovery/rest", kind: callback},
	{name: "www.blogger.com", path: "/feeds/", kind: callback},
	{name: "graph.facebook.com", path: "/", kind: callback},
	{name: "publish.twitter.com", path: "/oembed", kind: callback},
	{name: "vimeo.com", path: "/api/oembed.json", kind: callback},
	{name: "api.flickr.com", path: "/services/feeds/", kind: callback},
	{name: "api.mixpanel.com", path: "/track/", kind: callback},
	{name: "en.wikipedia.org", path: "/w/api.php", kind: callback},
	{name: "nominatim.openstreetmap.org", path: "/search", kind: callback},
	{name: "dev.virtualearth.net", path: "/REST/", kind: callback},
	{name: "api.vk.com", path: "/method/", kind: callback},
	{name: "mc.yandex.ru", path: "/watch/", kind: callback},
	{name: "translate.yandex.net", path: "/api/", kind: callback},
	{name: "links.services.disqus.com", path: "/api/", kind: callback},
	{name: "googleads.g.doubleclick.net", path: "/pagead/conversion/", kind: callback},

	{name: "www.googletagmanager.com", path: "/gtm.js", kind: callback, eval: true},
	{name: "www.google-analytics.com", path: "/gtm/js", kind: callback, eval: true},
	{name: "www.googleadservices.com", path: "/pagead/conversion/", kind: callback, eval: true},
}
