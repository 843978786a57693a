package check

// fingerprint is something that only one product leaves in an answer.
type fingerprint struct {
	product string
	place   string // cookie, generator, address (of what a page loads), or the name of a header
	text    string // in lower case; a cookie or generator begins with it, others hold it, with a space at their end; empty: any
}

// fingerprints were written down from the products' own documentation and answers.
var fingerprints = []fingerprint{
	// Servers and what stands before them
	{"Apache HTTP Server", "Server", "apache/"},
	{"Apache HTTP Server", "Server", "apache "},
	{"Apache Tomcat", "Server", "apache-coyote"},
	{"Caddy", "Server", "caddy"},
	{"Envoy", "Server", "envoy"},
	{"gunicorn", "Server", "gunicorn"},
	{"Internet Information Services", "Server", "microsoft-iis"},
	{"Jetty", "Server", "jetty("},
	{"Kestrel", "Server", "kestrel"},
	{"lighttpd", "Server", "lighttpd"},
	{"LiteSpeed", "Server", "litespeed"},
	{"nginx", "Server", "nginx"},
	{"OpenResty", "Server", "openresty"},
	{"Phusion Passenger", "X-Powered-By", "phusion passenger"},
	{"uvicorn", "Server", "uvicorn"},
	{"Varnish", "X-Varnish", ""},
	{"Werkzeug", "Server", "werkzeug"},
	// Hosts and content networks
	{"Akamai", "Server", "akamaighost"},
	{"Amazon CloudFront", "X-Amz-Cf-Id", ""},
	{"Amazon S3", "Server", "amazons3"},
	{"Cloudflare", "Server", "cloudflare"},
	{"Fastly", "X-Served-By", "cache-"},
	{"Fly.io", "Server", "fly/"},
	{"GitHub Pages", "Server", "github.com"},
	{"Netlify", "Server", "netlify"},
	{"Vercel", "X-Vercel-Id", ""},
	// Languages and frameworks
	{"ASP.NET", "X-AspNet-Version", ""},
	{"ASP.NET", "cookie", "asp.net_sessionid"},
	{"ASP.NET Core", "cookie", ".aspnetcore."},
	{"CodeIgniter", "cookie", "ci_session"},
	{"Django", "cookie", "csrftoken"},
	{"Express", "X-Powered-By", "express"},
	{"Java servlets", "cookie", "jsessionid"},
	{"Laravel", "cookie", "laravel_session"},
	{"Next.js", "X-Powered-By", "next.js"},
	{"Next.js", "address", "/_next/static/"},
	{"Nuxt", "address", "/_nuxt/"},
	{"PHP", "X-Powered-By", "php/"},
	{"PHP", "cookie", "phpsessid"},
	{"Play", "cookie", "play_session"},
	{"Ruby (Rack)", "X-Runtime", "0."},
	{"SvelteKit", "address", "/_app/immutable/"},
	{"Astro", "generator", "astro v"},
	{"Gatsby", "generator", "gatsby"},
	{"Hugo", "generator", "hugo"},
	{"Jekyll", "generator", "jekyll"},
	// Content and shops
	{"Adobe Experience Manager", "address", "/etc.clientlibs/"},
	{"Craft CMS", "X-Powered-By", "craft cms"},
	{"Drupal", "X-Generator", "drupal"},
	{"Drupal", "generator", "drupal"},
	{"Ghost", "generator", "ghost"},
	{"Joomla", "generator", "joomla"},
	{"Magento", "address", "/static/version"},
	{"MediaWiki", "generator", "mediawiki"},
	{"Moodle", "cookie", "moodlesession"},
	{"OpenCart", "cookie", "ocsessid"},
	{"PrestaShop", "generator", "prestashop"},
	{"Shopify", "address", "cdn.shopify.com/"},
	{"Shopware", "cookie", "sw-states"},
	{"Squarespace", "Server", "squarespace"},
	{"TYPO3", "generator", "typo3"},
	{"Webflow", "generator", "webflow"},
	{"Wix", "X-Wix-Request-Id", ""},
	{"WooCommerce", "address", "/plugins/woocommerce/"},
	{"WordPress", "generator", "wordpress"},
	{"WordPress", "address", "/wp-content/"},
	// Statistics and other tools in the page
	{"Google Tag Manager", "address", "www.googletagmanager.com/"},
	{"Matomo", "address", "/matomo.js"},
	{"Plausible", "address", "plausible.io/js/"},
	{"phpMyAdmin", "cookie", "phpmyadmin"},
}
