package check

import "doorstep.example/pkg/auditapi"

// librariesDate is when the table was last brought up to date with the advisories.
const librariesDate = "December 2025"

const (
	high   = auditapi.High
	medium = auditapi.Medium
	low    = auditapi.Low
)

// libraries are those that sites use most, with advisories that concern their use in
// a browser (for frameworks with a server part: that part). Left out are holes that
// only exist in files other than the script. Severities are ours: medium is a hole
// that depends on how the page uses the library.
var libraries = []scriptLibrary{
	{
		name: "jQuery", files: []string{"jquery"},
		banners: []banner{introduces(`jQuery v`, `/\*! jQuery vVERSION[^|\n]{0,300}\|`), introduces(`jQuery JavaScript Library v`, `\* jQuery JavaScript Library vVERSION\s`),
			introduces(`.fn.init(`, `="VERSION",\w{1,3}=function\(\w,\w\)\{return new \w{1,3}\.fn\.init\(`)},
		flaws: []flaw{
			advisory("CVE-2011-4969", medium, "1.6.3", "a text from the address that is used as a selector runs as a script"),
			advisory("CVE-2012-6708", medium, "1.9.0", "a text that is used as a selector may run as a script"),
			advisory("CVE-2015-9251", medium, "1.4.0 3.0.0", "an answer of another site is run as a script"),
			advisory("CVE-2019-11358", medium, "1.1.4 3.4.0", "jQuery.extend lets an answer change all objects of the page"),
			advisory("CVE-2020-11022", medium, "1.2.0 3.5.0", "markup that was made safe runs scripts after html() or append()"),
			advisory("CVE-2020-11023", medium, "1.0.3 3.5.0", "markup with <option> runs scripts after html() or append()"),
		},
	},
	{
		name: "jQuery UI", files: []string{"jquery-ui"}, packages: []string{"jqueryui", "jquery-ui", "ui", "jquery-ui-dist"},
		banners: []banner{introduces(`jQuery UI - v`, `/\*! jQuery UI - vVERSION - `), introduces(`.ui.version`, `\.ui\.version\s?=\s?"VERSION"`)},
		flaws: []flaw{
			advisory("CVE-2010-5312", medium, "1.10.0", "the title of a dialog runs as a script"),
			advisory("CVE-2016-7103", medium, "1.12.0", "the text of a dialog's button runs as a script"),
			advisory("CVE-2021-41182", medium, "1.13.0", "an option of the date picker runs as a script"),
			advisory("CVE-2021-41183", medium, "1.13.0", "texts of the date picker run as scripts"),
			advisory("CVE-2021-41184", medium, "1.13.0", "the option of of position() runs as a script"),
			advisory("CVE-2022-31160", medium, "1.13.2", "the label of a check box runs as a script when it is refreshed"),
		},
	},
	{
		name: "Bootstrap", files: []string{"bootstrap"}, packages: []string{"bootstrap", "twitter-bootstrap"},
		banners: []banner{introduces(`* Bootstrap`, `\* Bootstrap(?: [\w-]{1,30}\.js)? vVERSION \(https?://(?:getbootstrap\.com|twitter\.github)`), introduces(`.TRANSITION_DURATION`, `="VERSION",\w{1,3}\.TRANSITION_DURATION=`)},
		flaws: []flaw{
			advisory("CVE-2016-10735", medium, "3.0.0 3.4.0, 4.0.0-alpha 4.0.0-beta.2", "an attribute data-target runs as a script"),
			advisory("CVE-2018-14040", medium, "2.3.0 3.4.0, 4.0.0 4.1.2", "an attribute data-parent runs as a script"),
			advisory("CVE-2018-14042", medium, "2.3.0 3.4.0, 4.0.0 4.1.2", "the container of a tooltip runs as a script"),
			advisory("CVE-2018-20676", medium, "3.0.0 3.4.0", "the viewport of a tooltip runs as a script"),
			advisory("CVE-2018-20677", medium, "3.0.0 3.4.0", "the target of affix runs as a script"),
			advisory("CVE-2019-8331", medium, "3.0.0 3.4.1, 4.0.0 4.3.1", "the template of a tooltip or popover runs as a script"),
		},
	},
	{
		name: "AngularJS", files: []string{"angular"}, packages: []string{"angular", "angularjs", "angular.js"},
		banners: []banner{introduces(`AngularJS v`, `AngularJS vVERSION[\s*]+\(c\)`), introduces(`codeName:`, `full:"VERSION",major:\d+,minor:\d+,dot:\d+,codeName:`)},
		flaws: []flaw{
			advisory("CVE-2019-10768", medium, "1.4.0 1.7.9", "angular.merge lets an answer change all objects of the page"),
			advisory("CVE-2020-7676", medium, "1.0.0 1.8.0", "markup with <option> that was made safe runs scripts"),
			unfixed("CVE-2024-21490", medium, "1.3.0 2.0.0", "a text in ng-srcset makes the page hang; AngularJS is no longer looked after"),
		},
	},
	{
		name: "Angular", packages: []string{"@angular/core"},
		banners: []banner{introduces(`ng-version="`, `ng-version="VERSION"`)},
		flaws: []flaw{
			advisory("CVE-2021-4231", low, "2.0.0 10.2.5, 11.0.0 11.0.5", "a text within a comment runs as a script in development mode"),
			advisory("CVE-2025-66035", medium, "2.0.0 19.2.16, 20.0.0 20.3.14, 21.0.0 21.0.1", "the token against forged requests is sent to other sites whose address begins with //"),
		},
	},
	{
		name: "React", files: []string{"react", "react-dom"},
		banners: []banner{introduces(`@license React v`, `@license React vVERSION\s`)},
		flaws: []flaw{
			advisory("CVE-2013-7035", medium, "0.4.0 0.4.2, 0.5.0 0.5.2", "a key of an element runs as a script"),
			advisory("CVE-2018-6341", medium, "16.0.0 16.0.1, 16.1.0 16.1.2, 16.2.0 16.2.1, 16.3.0 16.3.3, 16.4.0 16.4.2", "the name of an attribute runs as a script, if pages are made on the server"),
		},
	},
	{
		name: "Vue", files: []string{"vue"},
		banners: []banner{introduces(`* Vue.js v`, `\* Vue\.js vVERSION\s`)},
		flaws: []flaw{
			advisory("CVE-2024-9506", low, "2.0.0 3.0.0", "a long text in a template makes the page hang; Vue 2 is no longer looked after"),
		},
	},
	{
		name: "Next.js", packages: []string{"next"},
		banners: []banner{introduces(`window.next={version:"`, `window\.next=\{version:"VERSION",appDir:(?:!0|true)`)},
		flaws: []flaw{
			advisory("CVE-2025-55182", auditapi.Critical, "15.0.0 15.0.5, 15.1.0 15.1.9, 15.2.0 15.2.6, 15.3.0 15.3.6, 15.4.0 15.4.8, 15.5.0 15.5.7, 16.0.0 16.0.7", "one request runs any program on the server (React2Shell, also CVE-2025-66478)"),
			advisory("CVE-2025-29927", high, "11.1.4 12.3.5, 13.0.0 13.5.9, 14.0.0 14.2.25, 15.0.0 15.2.3", "a header gets round the middleware, and with it sign-in checks there, unless the host filters it"),
			advisory("CVE-2024-51479", high, "9.5.5 14.2.15", "pages directly below the top are reached without the middleware's sign-in check"),
		},
	},
	{
		name: "lodash", files: []string{"lodash", "lodash.core"}, packages: []string{"lodash", "lodash.js"},
		banners: []banner{introduces(`odash <http`, `odash <https?://lodash\.com/>(?s:.{0,900}?)\bVERSIO[N] = ["']VERSION["']`), introduces(`(Custom Build)`, `lodash VERSION \(Custom Build\)`), introduces(`["bind","bindKey"`, `="VERSION",\w{1,3}\(\["bind","bindKey"`)},
		flaws: []flaw{
			advisory("CVE-2018-3721", medium, "4.17.5", "merge lets an answer change all objects of the page"),
			advisory("CVE-2018-16487", medium, "4.17.11", "merge lets an answer change all objects of the page"),
			advisory("CVE-2019-10744", medium, "4.17.12", "defaultsDeep lets an answer change all objects of the page"),
			advisory("CVE-2020-28500", low, "4.17.21", "long texts make trim and toNumber hang"),
			advisory("CVE-2021-23337", medium, "4.17.21", "an option of template runs as a script"),
		},
	},
	{
		name: "Underscore.js", files: []string{"underscore"}, packages: []string{"underscore", "underscore.js"},
		banners: []banner{introduces(`Underscore.js `, `//\s{1,10}Underscore\.js VERSION\s`)},
		flaws: []flaw{
			advisory("CVE-2021-23358", medium, "1.3.2 1.12.1", "an option of template runs as a script"),
		},
	},
	{
		name: "Moment.js", files: []string{"moment", "moment-with-locales"}, packages: []string{"moment", "moment.js"},
		banners: []banner{introduces(`//! moment.js`, `//! moment\.js\s{1,4}//! version : VERSION\s`)},
		flaws: []flaw{
			advisory("CVE-2016-4055", low, "2.11.2", "long texts make the page hang"),
			advisory("CVE-2017-18214", low, "2.19.3", "long texts make the page hang"),
			advisory("CVE-2022-31129", low, "2.18.0 2.29.4", "long texts make the page hang"),
		},
	},
	{
		name: "Handlebars", files: []string{"handlebars"}, packages: []string{"handlebars", "handlebars.js"},
		banners: []banner{introduces(`handlebars v`, `/\*\*?!?\s{1,6}(?:@license\s{1,4})?handlebars vVERSION\s`)},
		flaws: []flaw{
			advisory("CVE-2015-8861", medium, "4.0.0", "attributes without quotes let texts run as scripts"),
			advisory("CVE-2019-19919", medium, "3.0.8, 4.0.0 4.3.0", "a template of a stranger runs as a script"),
			advisory("CVE-2019-20920", medium, "3.0.8, 4.0.0 4.5.3", "a template of a stranger runs as a script"),
			advisory("CVE-2021-23369", medium, "4.7.7", "a template of a stranger runs as a script"),
		},
	},
	{
		name: "Mustache", files: []string{"mustache"}, packages: []string{"mustache", "mustache.js"},
		flaws: []flaw{
			advisory("CVE-2015-8862", medium, "2.2.1", "attributes without quotes let texts run as scripts"),
		},
	},
	{
		name: "DOMPurify", files: []string{"purify", "dompurify"}, packages: []string{"dompurify"},
		banners: []banner{introduces(`@license DOMPurify `, `@license DOMPurify VERSION \|`), introduces(`.removed=[]`, `\.version="VERSION",\w{1,3}\.removed=\[\]`)},
		flaws: []flaw{
			advisory("CVE-2019-16728", high, "2.0.1", "markup gets through that runs scripts, which is what the library is to keep out"),
			advisory("CVE-2020-26870", high, "2.0.17", "markup gets through that runs scripts, which is what the library is to keep out"),
			advisory("CVE-2024-47875", high, "2.5.0, 3.0.0 3.1.3", "deeply nested markup gets through that runs scripts"),
			advisory("CVE-2024-45801", high, "2.5.4, 3.0.0 3.1.3", "deeply nested markup gets through that runs scripts"),
			advisory("CVE-2025-26791", low, "3.2.4", "templates get through with SAFE_FOR_TEMPLATES"),
		},
	},
	{
		name: "axios", files: []string{"axios"},
		banners: []banner{introduces(`/* axios v`, `/\* axios vVERSION \|`), introduces(`// Axios v`, `// Axios vVERSION Copyright`)},
		flaws: []flaw{
			advisory("CVE-2021-3749", low, "0.21.2", "long texts make the page hang"),
			advisory("CVE-2023-45857", medium, "0.8.1 0.28.0, 1.0.0 1.6.0", "the token against forged requests is sent to other sites"),
			advisory("CVE-2025-27152", medium, "0.30.0, 1.0.0 1.8.2", "a whole address in place of a path sends requests, with their keys, elsewhere"),
		},
	},
	{
		name: "d3-color", files: []string{"d3-color"},
		banners: []banner{introduces(`d3js.org/d3-color/ v`, `d3js\.org/d3-color/ vVERSION Copyright`)},
		flaws: []flaw{
			advisory("GHSA-36jr-mh4h-2g58", low, "3.1.0", "long texts make the page hang"),
		},
	},
	{
		name: "Chart.js", files: []string{"chart"}, packages: []string{"chart.js", "chartjs"},
		banners: []banner{introduces(`* Chart.js`, `\* Chart\.js(?: v|\s{1,4}\* http[^\n]{1,100}\s{1,4}\* Version: )VERSION\s`)},
		flaws: []flaw{
			advisory("CVE-2020-7746", low, "2.9.4", "options from strangers change all objects of the page"),
		},
	},
	{
		name: "highlight.js", files: []string{"highlight"}, packages: []string{"highlight.js", "@highlightjs/cdn-assets"},
		banners: []banner{introduces(`ighlight.js `, `/\*!?\s{1,6}[Hh]ighlight\.js v?VERSION [(|]`)},
		flaws: []flaw{
			advisory("CVE-2020-26237", low, "9.18.2, 10.0.0 10.1.2", "a name of a language changes all objects of the page"),
			advisory("GHSA-7wwv-vh3v-89cq", low, "10.4.1", "long texts make the page hang"),
		},
	},
	{
		name: "Prism", files: []string{"prism", "prism-core"}, packages: []string{"prism", "prismjs"},
		flaws: []flaw{
			advisory("CVE-2022-23647", medium, "1.14.0 1.27.0", "a text runs as a script with the plugin for command lines"),
			advisory("CVE-2024-53382", medium, "1.30.0", "markup of strangers decides where scripts are loaded from"),
		},
	},
	{
		name: "marked", files: []string{"marked"},
		banners: []banner{introduces(`* marked`, `\* marked v?VERSION - a markdown parser`)},
		flaws: []flaw{
			advisory("CVE-2016-10531", medium, "0.3.6", "a link in a text runs as a script"),
			advisory("CVE-2017-1000427", medium, "0.3.7", "a link in a text runs as a script"),
			advisory("CVE-2022-21680", low, "4.0.10", "long texts make the page hang"),
			advisory("CVE-2022-21681", low, "4.0.10", "long texts make the page hang"),
		},
	},
	{
		name: "TinyMCE", files: []string{"tinymce"},
		banners: []banner{introduces(`TinyMCE version `, `TinyMCE version VERSION \(`)},
		flaws: []flaw{
			advisory("CVE-2020-12648", medium, "4.9.11, 5.0.0 5.4.1", "pasted text runs as a script"),
			advisory("CVE-2022-23494", medium, "5.10.7, 6.0.0 6.3.1", "texts of dialogs run as scripts"),
			advisory("CVE-2023-45818", medium, "5.10.8, 6.0.0 6.7.1", "markup runs as a script when a change is undone"),
			advisory("CVE-2024-38357", medium, "5.11.0, 6.0.0 6.8.4, 7.0.0 7.2.0", "markup with <noscript> runs scripts"),
		},
	},
	{
		name: "CKEditor 4", files: []string{"ckeditor"}, packages: []string{"ckeditor", "ckeditor4"},
		banners: []banner{introduces(`timestamp:"`, `timestamp:"[A-Z0-9]{4,8}",version:"VERSION"`)},
		flaws: []flaw{
			advisory("CVE-2018-17960", medium, "4.0.0 4.11.0", "pasted text runs as a script"),
			advisory("CVE-2021-33829", medium, "4.14.0 4.16.1", "pasted comments run as scripts"),
			advisory("CVE-2021-41165", medium, "4.0.0 4.17.0", "comments run as scripts"),
			advisory("CVE-2022-24728", medium, "4.0.0 4.18.0", "markup gets round the filter and runs scripts"),
			advisory("CVE-2024-24815", medium, "4.0.0 4.24.0", "markup gets round the filter and runs scripts"),
		},
	},
	{
		name: "Knockout", files: []string{"knockout"}, packages: []string{"knockout", "knockout-js"},
		banners: []banner{introduces(`Knockout JavaScript library v`, `Knockout JavaScript library vVERSION\s`)},
		flaws: []flaw{
			advisory("CVE-2019-14862", medium, "3.5.0", "attributes of strangers run as scripts in old browsers"),
		},
	},
	{
		name: "Ember", files: []string{"ember"}, packages: []string{"ember", "ember.js", "ember-source"},
		banners: []banner{introduces(`Ember - JavaScript Application Framework`, `@overview  Ember - JavaScript Application Framework[^@]{0,600}(?:@license[^@]{0,300})?@version\s{1,6}VERSION\s`)},
		flaws: []flaw{
			advisory("CVE-2014-0046", medium, "1.2.0 1.2.2, 1.3.0 1.3.2", "the title of a link runs as a script"),
			advisory("CVE-2015-7565", medium, "1.8.0 1.11.4, 1.12.0 1.12.2, 1.13.0 1.13.12, 2.0.0 2.0.3, 2.1.0 2.1.2, 2.2.0 2.2.1", "addresses from strangers run as scripts"),
		},
	},
	{
		name: "Backbone", files: []string{"backbone"}, packages: []string{"backbone", "backbone.js"},
		banners: []banner{introduces(`Backbone.js `, `//\s{1,10}Backbone\.js VERSION\s`)},
		flaws: []flaw{
			advisory("CVE-2016-10537", medium, "0.5.0", "texts of a model run as scripts"),
		},
	},
	{
		name: "Prototype", files: []string{"prototype"},
		banners: []banner{introduces(`Prototype JavaScript framework, version `, `Prototype JavaScript framework, version VERSION\s`)},
		flaws: []flaw{
			advisory("CVE-2008-7220", medium, "1.6.0.2", "requests reach other sites than meant"),
			unfixed("CVE-2020-27511", low, "1.0.0 1.7.4", "long texts make stripTags hang; Prototype is no longer looked after"),
		},
	},
	{
		name: "Dojo", files: []string{"dojo"},
		flaws: []flaw{
			advisory("CVE-2020-5258", medium, "1.11.10, 1.12.0 1.12.8, 1.13.0 1.13.7, 1.14.0 1.14.6, 1.15.0 1.15.3, 1.16.0 1.16.2", "deepCopy lets an answer change all objects of the page"),
		},
	},
	{
		name: "Select2", files: []string{"select2"},
		banners: []banner{introduces(`/*! Select2 `, `/\*! Select2 VERSION \|`)},
		flaws: []flaw{
			advisory("CVE-2016-10744", medium, "4.0.0 4.0.6", "entries that are loaded run as scripts"),
		},
	},
	{
		name: "DataTables", files: []string{"datatables", "jquery.datatables"}, packages: []string{"datatables", "datatables.net", "dt"},
		banners: []banner{introduces(`DataTables `, `/\*!\s{1,6}DataTables VERSION\s`)},
		flaws: []flaw{
			advisory("CVE-2021-23445", medium, "1.11.3", "entries of a table run as scripts"),
		},
	},
	{
		name: "jQuery Validation", files: []string{"jquery.validate"}, packages: []string{"jquery-validate", "jquery-validation", "jquery.validate"},
		banners: []banner{introduces(`jQuery Validation Plugin `, `jQuery Validation Plugin (?:- )?vVERSION\s`)},
		flaws: []flaw{
			advisory("CVE-2021-21252", low, "1.19.3", "long texts make the page hang"),
			advisory("CVE-2022-31147", low, "1.19.5", "long texts make the page hang"),
		},
	},
	{
		name: "PDF.js", files: []string{"pdf", "pdf.worker"}, packages: []string{"pdf.js", "pdfjs-dist"},
		banners: []banner{introduces(`pdfjsVersion = `, `pdfjsVersion = ['"]VERSION['"]`)},
		flaws: []flaw{
			advisory("CVE-2024-4367", high, "4.2.67", "opening a PDF of a stranger runs its script in the page"),
		},
	},
	{
		name: "Swiper", files: []string{"swiper", "swiper-bundle"}, packages: []string{"swiper"},
		banners: []banner{introduces(`* Swiper `, `/\*\*\s{1,4}\* Swiper VERSION\s`)},
		flaws: []flaw{
			advisory("CVE-2021-23370", low, "6.5.1", "options from strangers change all objects of the page"),
		},
	},
	{
		name: "Video.js", files: []string{"video"}, packages: []string{"video.js", "videojs"},
		banners: []banner{introduces(`Video.js `, `Video\.js VERSION <http`)},
		flaws: []flaw{
			advisory("CVE-2021-23414", medium, "7.14.3", "the address of a text track runs as a script"),
		},
	},
	{
		name: "Mermaid", files: []string{"mermaid"},
		flaws: []flaw{
			advisory("CVE-2021-43861", medium, "8.13.8", "a diagram of a stranger runs scripts"),
		},
	},
	{
		name: "Swagger UI", files: []string{"swagger-ui", "swagger-ui-bundle"}, packages: []string{"swagger-ui", "swagger-ui-dist"},
		flaws: []flaw{
			advisory("CVE-2018-25031", medium, "4.1.3", "a link shows somebody else's API description under your name"),
		},
	},
}
