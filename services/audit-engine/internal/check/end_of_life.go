package check

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "end-of-life", Title: "The software on the server is still maintained", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "Holes that become known are no longer mended by the makers of this version. Each new one stays open for good, and the version tells attackers that it is there.",
		Remediation: serverConfig("Find out which version is installed and who still mends it: a distribution with long support (Debian LTS, Ubuntu Pro, RHEL) may do so without changing the number. Otherwise move to a maintained version. Switching the number off, as below, mends nothing, but is right as well.",
			"server_tokens off;\nproxy_hide_header X-Powered-By;",
			"ServerTokens Prod\nHeader always unset X-Powered-By",
			"header -Server\nheader -X-Powered-By"),
		References: []string{"https://endoflife.date/", "https://www.php.net/supported-versions.php"},
		Controls:   controls(components, "15.2.1"),
		Run:        runEndOfLife,
	})
}

// product is server software that tells its version.
type product struct {
	name     string
	headers  []string // where it does; none: in pages that tell of an error
	banner   *regexp.Regexp
	unless   *regexp.Regexp // banners that another entry is for
	severity auditapi.Severity
	ends     []ending // oldest first
}

// ending is when the makers stopped to mend versions before a version.
type ending struct {
	before version
	day    time.Time
}

// ended makes an ending from a version and a day, as in 2024-12-31.
func ended(before, day string) ending {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic("check: " + err.Error())
	}
	return ending{mustVersion(before), t}
}

// productsDate is when the table was last compared with what the makers announce.
// Most of its days were announced years ahead.
const productsDate = "December 2025"

// products with the days that their makers announce (php.net, httpd.apache.org,
// nginx.org, openssl-library.org, learn.microsoft.com/lifecycle, tomcat.apache.org,
// devguide.python.org, drupal.org, wiki.debian.org/LTS, ubuntu.com/about/release-cycle).
// nginx since 1.14 is for information: distributions still mend it.
var products = []product{
	{name: "PHP", headers: []string{"X-Powered-By", "Server"}, banner: regexp.MustCompile(`\bPHP/(\d+\.\d+\.\d+)`), unless: regexp.MustCompile(`\bPHP/\S+(?:ubuntu\d|deb\d+u)`), severity: medium, ends: []ending{
		ended("7.0", "2018-12-31"), ended("7.1", "2019-01-10"), ended("7.2", "2019-12-01"), ended("7.3", "2020-11-30"), ended("7.4", "2021-12-06"),
		ended("8.0", "2022-11-28"), ended("8.1", "2023-11-26"), ended("8.2", "2025-12-31"), ended("8.3", "2026-12-31"), ended("8.4", "2027-12-31"),
	}},
	{name: "PHP of Debian", headers: []string{"X-Powered-By", "Server"}, banner: regexp.MustCompile(`\bPHP/\S+deb(\d+)u`), severity: medium, ends: []ending{ // with Debian LTS
		ended("8", "2018-05-31"), ended("9", "2020-06-30"), ended("10", "2022-06-30"), ended("11", "2024-06-30"), ended("12", "2026-08-31"), ended("13", "2028-06-30"),
	}},
	{name: "PHP of Ubuntu", headers: []string{"X-Powered-By", "Server"}, banner: regexp.MustCompile(`\bPHP/(\d+\.\d+\.\d+)\S*ubuntu\d`), severity: medium, ends: []ending{ // 14.04 to 22.04
		ended("7.0", "2019-04-30"), ended("7.2", "2021-04-30"), ended("7.4", "2023-05-31"), ended("8.1", "2025-05-31"), ended("8.3", "2027-06-01"),
	}},
	{name: "Apache HTTP Server", headers: []string{"Server"}, banner: regexp.MustCompile(`^Apache/(\d+\.\d+(?:\.\d+)?)`), severity: medium, ends: []ending{
		ended("2.0", "2010-02-03"), ended("2.2", "2013-07-10"), ended("2.4", "2017-12-31"),
	}},
	{name: "OpenSSL", headers: []string{"Server"}, banner: regexp.MustCompile(`\bOpenSSL/(\d+\.\d+\.\d+)`), severity: low, ends: []ending{
		ended("1.0.2", "2016-12-31"), ended("1.1.0", "2019-12-31"), ended("1.1.1", "2019-09-11"), ended("3.0", "2023-09-11"),
	}},
	{name: "Internet Information Services", headers: []string{"Server"}, banner: regexp.MustCompile(`^Microsoft-IIS/(\d+\.\d+)`), severity: medium, ends: []ending{
		ended("7.0", "2015-07-14"), ended("8.0", "2020-01-14"), ended("10.0", "2023-10-10"),
	}},
	{name: "Apache Tomcat", banner: regexp.MustCompile(`<h3>Apache Tomcat/(\d+\.\d+\.\d+)</h3>`), severity: medium, ends: []ending{
		ended("7.0", "2016-12-31"), ended("8.0", "2021-03-31"), ended("8.5", "2018-06-30"), ended("9.0", "2024-03-31"),
	}},
	{name: "Jetty", headers: []string{"Server"}, banner: regexp.MustCompile(`^Jetty\((\d+\.\d+\.\d+)`), severity: low, ends: []ending{
		ended("10.0", "2022-06-01"),
	}},
	{name: "Python", headers: []string{"Server"}, banner: regexp.MustCompile(`\bPython/(\d+\.\d+(?:\.\d+)?)`), severity: low, ends: []ending{
		ended("3.0", "2020-01-01"), ended("3.7", "2021-12-23"), ended("3.8", "2023-06-27"), ended("3.9", "2024-10-07"), ended("3.10", "2025-10-31"),
	}},
	{name: "Drupal", headers: []string{"X-Generator"}, banner: regexp.MustCompile(`^Drupal (\d+)\b`), severity: medium, ends: []ending{
		ended("7", "2016-02-24"), ended("8", "2025-01-05"), ended("9", "2021-11-02"), ended("10", "2023-11-01"),
	}},
	{name: "nginx", headers: []string{"Server"}, banner: regexp.MustCompile(`^nginx/(\d+\.\d+\.\d+)`), severity: medium, ends: []ending{
		ended("1.14", "2018-04-17"),
	}},
	{name: "nginx", headers: []string{"Server"}, banner: regexp.MustCompile(`^nginx/(\d+\.\d+\.\d+)`), unless: regexp.MustCompile(`^nginx/(?:0|1\.(?:\d|1[0-3]))\.`), severity: auditapi.Info, ends: []ending{
		ended("1.26", "2024-04-23"), ended("1.28", "2025-04-23"),
	}},
}

// maxBannerText bounds how much of a page is searched for a banner; error pages,
// which have them, are short.
const maxBannerText = 64 << 10

func runEndOfLife(ctx context.Context, site *Site) Result {
	answers := []*guard.Response{}
	for _, page := range site.pages() {
		answers = append(answers, page.Response)
	}
	if r := site.unknown(ctx); r != nil {
		answers = append(answers, r)
	}
	seen := map[auditapi.Severity]*sightings{medium: {}, low: {}, auditapi.Info: {}}
	for _, r := range answers {
		for _, p := range products {
			for _, text := range p.texts(r) {
				if m := p.banner.FindStringSubmatch(text); m != nil && (p.unless == nil || !p.unless.MatchString(text)) {
					if day, over := p.over(m[1], site.Now); over {
						seen[p.severity].add(r, fmt.Sprintf("%s %s, not mended by its makers since %s", p.name, m[1], day.Format("2 January 2006")))
					}
				}
			}
		}
	}
	var findings []Finding
	for _, f := range []struct {
		severity auditapi.Severity
		title    string
	}{
		{medium, "The server runs software that is no longer maintained"},
		{low, "Parts of the server seem to be no longer maintained"},
		{auditapi.Info, "The web server may be no longer maintained"},
	} {
		if s := seen[f.severity]; !s.empty() {
			findings = append(findings, Finding{Title: f.title, Severity: f.severity, Evidence: lines(s.String(), "",
				"As far as the banner tells; distributions patch without changing it.", "Table of versions: "+productsDate)})
		}
	}
	return fail(findings...)
}

// texts are where r may hold the banner.
func (p product) texts(r *guard.Response) []string {
	if len(p.headers) == 0 && r.Status >= http.StatusBadRequest && isHTML(r) { // elsewhere it may be an article
		return []string{string(r.Body[:min(len(r.Body), maxBannerText)])}
	}
	var values []string
	for _, name := range p.headers {
		values = append(values, r.Header.Values(name)...)
	}
	return values
}

// over says since when the version has not been maintained, if it is so at now.
func (p product) over(text string, now time.Time) (day time.Time, over bool) {
	v, ok := parseVersion(text)
	if !ok {
		return time.Time{}, false
	}
	for _, e := range p.ends {
		if v.less(e.before) {
			return e.day, now.After(e.day)
		}
	}
	return time.Time{}, false
}
