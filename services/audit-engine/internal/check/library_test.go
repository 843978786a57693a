package check

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestLibraryAt(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://code.jquery.com/jquery-1.8.3.min.js":                                            "jQuery 1.8.3",
		"https://code.jquery.com/jquery-3.2.1.slim.min.js":                                       "jQuery 3.2.1",
		"https://code.jquery.com/ui/1.12.1/jquery-ui.min.js":                                     "jQuery UI 1.12.1",
		"https://ajax.googleapis.com/ajax/libs/jquery/1.12.4/jquery.min.js":                      "jQuery 1.12.4",
		"https://ajax.googleapis.com/ajax/libs/jqueryui/1.11.4/jquery-ui.min.js":                 "jQuery UI 1.11.4",
		"https://cdnjs.cloudflare.com/ajax/libs/twitter-bootstrap/3.3.7/js/bootstrap.min.js":     "Bootstrap 3.3.7",
		"https://cdnjs.cloudflare.com/ajax/libs/angular.js/1.5.8/angular.min.js":                 "AngularJS 1.5.8",
		"https://cdnjs.cloudflare.com/ajax/libs/moment.js/2.29.1/moment-with-locales.min.js":     "Moment.js 2.29.1",
		"https://cdnjs.cloudflare.com/ajax/libs/pdf.js/2.10.377/pdf.min.js":                      "PDF.js 2.10.377",
		"https://stackpath.bootstrapcdn.com/bootstrap/4.1.0/js/bootstrap.bundle.min.js":          "Bootstrap 4.1.0",
		"https://unpkg.com/react-dom@16.4.1/umd/react-dom.production.min.js":                     "React 16.4.1",
		"https://cdn.jsdelivr.net/npm/vue@2.6.14/dist/vue.min.js":                                "Vue 2.6.14",
		"https://cdn.jsdelivr.net/npm/vue@2.6.14":                                                "Vue 2.6.14",
		"https://cdn.jsdelivr.net/combine/npm/lodash@4.17.20,npm/axios@0.21.0/dist/axios.min.js": "lodash 4.17.20",
		"https://cdn.jsdelivr.net/gh/highlightjs/cdn-release@9.12.0/build/highlight.min.js":      "",
		"https://cdn.jsdelivr.net/npm/@highlightjs/cdn-assets@10.1.1/highlight.min.js":           "highlight.js 10.1.1",
		"https://unpkg.com/@angular/core@11.0.2/bundles/core.umd.js":                             "Angular 11.0.2",
		"https://cdn.ckeditor.com/4.16.0/standard/ckeditor.js":                                   "CKEditor 4 4.16.0",
		"https://cdn.datatables.net/1.10.16/js/jquery.dataTables.min.js":                         "DataTables 1.10.16",
		"https://ckeditor.com/4.16.0/download.js":                                                "",
		"https://cdn.jsdelivr.net/npm/ckeditor4@4.16.0/ckeditor.js":                              "CKEditor 4 4.16.0",
		"https://shop.example/js/prototype-1.6.0.2.js":                                           "Prototype 1.6.0.2",
		"https://shop.example/js/handlebars-v4.0.11.js":                                          "Handlebars 4.0.11",
		"https://shop.example/js/jquery-ui-1.10.3.custom.min.js":                                 "jQuery UI 1.10.3",
		"https://shop.example/js/jquery.validate-1.19.2.min.js":                                  "jQuery Validation 1.19.2",
		"https://shop.example/js/JQuery-2.2.4.MIN.JS?v=9":                                        "jQuery 2.2.4",
		"https://shop.example/js/jquery-3.0.0-beta1.js":                                          "jQuery 3.0.0-beta1",
		"https://shop.example/wp-includes/js/jquery/jquery.min.js?ver=3.4.1":                     "jQuery 3.4.1",
		"https://shop.example/wp-includes/js/jquery/jquery.js?ver=1.12.4-wp":                     "",
		"https://shop.example/wp-content/plugins/x/jquery.min.js?ver=1.0.0":                      "",
		"https://shop.example/js/jquery.min.js":                                                  "",
		"https://shop.example/js/jquery-1.8.min.js":                                              "",
		"https://cdn.jsdelivr.net/npm/vue@2":                                                     "",
		"https://cdn.jsdelivr.net/npm/bootstrap@5.3/dist/js/bootstrap.js":                        "",
		"https://shop.example/js/jquery-migrate-1.2.1.min.js":                                    "",
		"https://shop.example/js/jquery.cookie-1.4.1.js":                                         "",
		"https://shop.example/js/my-jquery-1.8.3.js":                                             "",
		"https://shop.example/jquery/1.8.3/plugins/slider.js":                                    "",
		"https://shop.example/js/bootstrap-datepicker-1.3.0.js":                                  "",
		"https://shop.example/react/0.4.1/app.js":                                                "",
		"https://shop.example/releases/1.8.3/jquery.js":                                          "",
		"https://shop.example/":                                                                  "",
		"https://shop.example/@/@@1.2.3/@":                                                       "",
	} {
		l, v, found := libraryAt(parseURL(t, address))
		got := ""
		if found {
			got = l.name + " " + v.String()
		}
		if got != want {
			t.Errorf("libraryAt(%s) = %q, want %q", address, got, want)
		}
	}
}

func TestBanners(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"/*! jQuery v3.4.1 | (c) JS Foundation and other contributors | jquery.org/license */": "jQuery 3.4.1",
		"/*! jQuery v3.2.1 -ajax,-ajax/jsonp,-effects | (c) JS Foundation */":                  "jQuery 3.2.1",
		"/*! jQuery v1.7.1 jquery.com | jquery.org/license */":                                 "jQuery 1.7.1",
		"/*!\n * jQuery JavaScript Library v1.11.0\n * http://jquery.com/":                     "jQuery 1.11.0",
		"/*! jQuery UI - v1.11.4 - 2015-03-11":                                                 "jQuery UI 1.11.4",
		"/*!\n * Bootstrap v3.3.7 (http://getbootstrap.com)":                                   "Bootstrap 3.3.7",
		// In bundles, of which the build has taken the comments out
		`var f="3.4.1",k=function(e,t){return new k.fn.init(e,t)},p=/x/`:                                                                      "jQuery 3.4.1",
		`c="1.12.4",n=function(a,b){return new n.fn.init(a,b)}`:                                                                               "jQuery 1.12.4",
		`e.ui=e.ui||{},e.ui.version="1.12.1";var n=0`:                                                                                         "jQuery UI 1.12.1",
		`i.VERSION="3.3.7",i.TRANSITION_DURATION=150,i.prototype.close`:                                                                       "Bootstrap 3.3.7",
		`var w={full:"1.5.8",major:1,minor:5,dot:8,codeName:"arbitrary-fallbacks"}`:                                                           "AngularJS 1.5.8",
		`t.VERSION="4.17.15",Un(["bind","bindKey","curry","curryRight"],x)`:                                                                   "lodash 4.17.15",
		`function r(e){return t(e)}if(r.version="2.0.7",r.removed=[],!e||!e.document)`:                                                        "DOMPurify 2.0.7",
		"/*!\n  * Bootstrap modal.js v4.3.0 (https://getbootstrap.com/)":                                                                      "Bootstrap 4.3.0",
		"/*\n AngularJS v1.5.8\n (c) 2010-2016 Google, Inc.":                                                                                  "AngularJS 1.5.8",
		"/** @license React v16.4.0\n * react-dom.production.min.js":                                                                          "React 16.4.0",
		"/*!\n * Vue.js v2.6.11\n * (c) 2014-2019 Evan You":                                                                                   "Vue 2.6.11",
		"/**\n * @license\n * lodash 4.6.1 (Custom Build) lodash.com/license | Underscore.js 1.8.3 x\n */":                                    "lodash 4.6.1",
		"//     Underscore.js 1.8.3\n//     http://underscorejs.org":                                                                          "Underscore.js 1.8.3",
		"//! moment.js\n//! version : 2.18.1\n//! authors":                                                                                    "Moment.js 2.18.1",
		"/**!\n\n @license\n handlebars v4.0.11\n":                                                                                            "Handlebars 4.0.11",
		"/*! @license DOMPurify 3.0.6 | (c) Cure53":                                                                                           "DOMPurify 3.0.6",
		"/* axios v0.21.0 | (c) 2020 by Matt Zabriskie */":                                                                                    "axios 0.21.0",
		"// Axios v1.5.1 Copyright (c) 2023":                                                                                                  "axios 1.5.1",
		"// https://d3js.org/d3-color/ v1.4.1 Copyright 2020":                                                                                 "d3-color 1.4.1",
		"/*!\n * Chart.js v2.9.3\n * https://www.chartjs.org":                                                                                 "Chart.js 2.9.3",
		"/*!\n * Chart.js\n * http://chartjs.org/\n * Version: 2.7.1\n":                                                                       "Chart.js 2.7.1",
		"/*! highlight.js v9.12.0 | BSD3 License":                                                                                             "highlight.js 9.12.0",
		"/*!\n  Highlight.js v10.1.1 (93fd0d73)":                                                                                              "highlight.js 10.1.1",
		"/**\n * marked v4.0.1 - a markdown parser":                                                                                           "marked 4.0.1",
		"/**\n * TinyMCE version 5.9.2 (2021-09-08)":                                                                                          "TinyMCE 5.9.2",
		`b={timestamp:"I3I8",version:"4.9.2",revision:"95e5d83"`:                                                                              "CKEditor 4 4.9.2",
		" * Knockout JavaScript library v3.4.2\n":                                                                                             "Knockout 3.4.2",
		"/*!\n * @overview  Ember - JavaScript Application Framework\n * @copyright Copyright 2011\n * @license   MIT\n * @version   2.0.1\n": "",
		"/*!\n * @overview  Ember - JavaScript Application Framework\n * @version   2.0.1\n":                                                  "Ember 2.0.1",
		"//     Backbone.js 0.3.3\n":                                                                                                          "Backbone 0.3.3",
		"/*  Prototype JavaScript framework, version 1.6.0.1\n":                                                                               "Prototype 1.6.0.1",
		"/*! Select2 4.0.5 | https://github.com/select2":                                                                                      "Select2 4.0.5",
		"/*!\n DataTables 1.10.16\n ©2008":                                                                                                    "DataTables 1.10.16",
		"/*! jQuery Validation Plugin - v1.17.0 - 7/29/2017":                                                                                  "jQuery Validation 1.17.0",
		`const pdfjsVersion = "3.1.81"`:                                                                                                       "PDF.js 3.1.81",
		"/**\n * Swiper 5.3.6\n * Most modern":                                                                                                "Swiper 5.3.6",
		"/**\n * @license\n * Video.js 7.5.4 <http://videojs.com/>":                                                                           "Video.js 7.5.4",
		`window.next={version:"14.1.0",appDir:!0}`:                                                                                            "Next.js 14.1.0",
		`<app-root ng-version="17.1.0">`:                                                                                                      "Angular 17.1.0",
		// What only speaks of a library
		"/*! Plugin v2.1.0 | requires jQuery v1.8.3 or newer */":                "",
		"/*! jQuery Migrate v1.2.1 | (c) jQuery Foundation */":                  "",
		" * Datepicker for Bootstrap v1.9.0 (https://github.com/uxsolutions)":   "",
		"/*! Buttons for DataTables 1.5.1\n":                                    "",
		"Lodash lodash.com/license | Underscore.js 1.8.3 underscorejs.org":      "",
		"it works with Vue.js v2.6.11 and React v16.4.0":                        "",
		"console.log('jQuery v1.8.3 is too old')":                               "",
		"/*! jQuery v1.12.4-wp | (c) jQuery Foundation | jquery.org/license */": "",
	} {
		var got []string
		for _, l := range libraries {
			for _, v := range l.introduced([]byte("var a = 1;\n" + text + "\nb()")) {
				got = append(got, l.name+" "+v.String())
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%q: %v, want %q", text, got, want)
		}
	}
}

func TestLibraryTable(t *testing.T) {
	t.Parallel()
	ids := map[string]string{}
	for _, l := range libraries {
		if len(l.files)+len(l.packages)+len(l.banners) == 0 || len(l.flaws) == 0 {
			t.Errorf("%s cannot be found, or has nothing to tell", l.name)
		}
		for _, b := range l.banners {
			if b.pattern.NumSubexp() != 1 || b.word == "" {
				t.Errorf("%s: the banner %s needs a word and one group", l.name, b.pattern)
			}
		}
		for _, f := range l.flaws {
			if other, again := ids[f.id]; again {
				t.Errorf("%s stands with %s and %s", f.id, other, l.name)
			}
			ids[f.id] = l.name
			if !strings.HasPrefix(f.id, "CVE-") && !strings.HasPrefix(f.id, "GHSA-") || f.what == "" {
				t.Errorf("%s: %+v", l.name, f)
			}
			for i, b := range f.branches {
				if !b.from.less(b.before) || i > 0 && b.from.less(f.branches[i-1].before) {
					t.Errorf("%s, %s: branches overlap or are empty", l.name, f.id)
				}
				if _, has := f.mended(b.before); has && i+1 < len(f.branches) && f.branches[i+1].from.compare(b.before) != 0 {
					t.Errorf("%s, %s: %s is mended and is not", l.name, f.id, b.before)
				}
			}
		}
	}
}

func TestKnownFlaws(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, version, want string }{
		{"jQuery", "1.8.3", "CVE-2012-6708 CVE-2015-9251 CVE-2019-11358 CVE-2020-11022 CVE-2020-11023"},
		{"jQuery", "3.4.1", "CVE-2020-11022 CVE-2020-11023"},
		{"jQuery", "3.5.0", ""},
		{"jQuery", "3.5.0-beta1", "CVE-2020-11022 CVE-2020-11023"},
		{"Bootstrap", "3.4.1", ""},
		{"Bootstrap", "4.2.1", "CVE-2019-8331"},
		{"Next.js", "15.2.3", "CVE-2025-55182"},
		{"Next.js", "14.2.25", ""},
		{"Next.js", "16.0.7", ""},
		{"DOMPurify", "3.1.2", "CVE-2024-45801 CVE-2024-47875 CVE-2025-26791"},
		{"DOMPurify", "3.2.4", ""},
		{"lodash", "4.17.21", ""},
		{"AngularJS", "1.8.3", "CVE-2024-21490"},
		{"Vue", "3.0.0", ""},
		{"Prototype", "1.7.3", "CVE-2020-27511"},
	} {
		i := slices.IndexFunc(libraries, func(l scriptLibrary) bool { return l.name == test.name })
		var ids []string
		for _, f := range libraries[i].known(mustVersion(test.version)) {
			ids = append(ids, f.id)
		}
		slices.Sort(ids)
		if got := strings.Join(ids, " "); got != test.want {
			t.Errorf("%s %s: %s, want %s", test.name, test.version, got, test.want)
		}
	}
}

func TestOutdatedNamesTableAndRemedy(t *testing.T) {
	t.Parallel()
	i := slices.IndexFunc(libraries, func(l scriptLibrary) bool { return l.name == "jQuery" })
	u := inUse{libraries[i], mustVersion("1.8.3"), &sightings{}}
	f := outdated(u, u.library.known(u.version))
	if !strings.Contains(f.Evidence, librariesDate) || !strings.Contains(f.Evidence, "CVE-2020-11022") || !strings.Contains(f.Remediation, "3.5.0 or newer") {
		t.Errorf("%+v", f)
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	ordered := []string{"0", "0.9", "1.2.3-alpha", "1.2.3-beta.2", "1.2.3", "1.2.3.1", "1.2.10", "1.10", "2.0.0-rc.1", "2"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := mustVersion(a).compare(mustVersion(b)); sign(got) != sign(i-j) {
				t.Errorf("compare(%s, %s) = %d", a, b, got)
			}
		}
	}
	for _, text := range []string{"", "v", "1.", ".1", "1..2", "1.2.3.4.5", "1.x", "99999999999", "-1", "1,2", strings.Repeat("1", 50)} {
		if v, ok := parseVersion(text); ok {
			t.Errorf("parseVersion(%q) = %v", text, v)
		}
	}
	if v, ok := parseVersion("v1.2.3+dfsg1"); !ok || v.String() != "1.2.3" {
		t.Errorf("with what a distribution adds: %v, %v", v, ok)
	}
}

func sign(n int) int { return max(-1, min(1, n)) }

func FuzzLibraryAt(f *testing.F) {
	f.Add("/ajax/libs/jquery/1.8.3/jquery.min.js", "")
	f.Add("/npm/@angular/core@11.0.2,npm/jquery@3.4.1", "ver=1.2.3")
	f.Add("/wp-includes/js/jquery.js", "ver=1.12.4-wp")
	f.Add("/a@@b/@/@1.2.3/v1.2.3/.min.min.js.js-1.2.3-", "ver=%zz")
	f.Fuzz(func(t *testing.T, path, query string) {
		u := &url.URL{Scheme: "https", Host: "shop.example", Path: path, RawQuery: query}
		l, v, found := libraryAt(u)
		if !found {
			return
		}
		again, ok := parseVersion(v.String())
		if l.name == "" || !ok || again.compare(v) != 0 {
			t.Errorf("%s %s from %s", l.name, v, u)
		}
		for _, flaw := range l.known(v) {
			if first, has := flaw.mended(v); !has || !v.less(first) {
				t.Errorf("%s of %s %s is mended in %s", flaw.id, l.name, v, first)
			}
		}
		if title := fmt.Sprintf("%s %s has known holes", l.name, v); len(title) > MaxTitle {
			t.Errorf("the title %q is too long", title)
		}
	})
}
