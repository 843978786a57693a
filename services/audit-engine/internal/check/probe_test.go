package check

import "testing"

func TestRefreshIsReadAsBrowsersDo(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"0; url=https://a.invalid/":          "https://a.invalid/",
		" 5.5 , URL = 'https://a.invalid/'x": "https://a.invalid/",
		"0;\"https://a.invalid/\" more":      "https://a.invalid/",
		"0 https://a.invalid/":               "https://a.invalid/",
		".;url=//a.invalid":                  "//a.invalid",
		"1\n;\turl\n=\n//a.invalid":          "//a.invalid",
		"0; url='//a.invalid":                "//a.invalid",
		"0; url //a.invalid":                 "url //a.invalid",
		"0; up/and/away":                     "up/and/away",
		"0;url=":                             "",
		"0;":                                 "",
		"30":                                 "",
		"url=//a.invalid":                    "",
		"-1; url=//a.invalid":                "",
		"0url=//a.invalid":                   "",
	} {
		if got := refreshTo(value); got != want {
			t.Errorf("refreshTo(%q) = %q, want %q", value, got, want)
		}
	}
}

func TestLeavingATextOfAScript(t *testing.T) {
	t.Parallel()
	const sent = `w"wd=1 'ws=1 wn=1 `
	for script, want := range map[string]bool{
		`var q = "` + sent + `";`:                             true,
		`var q = 'w&quot;wd=1 'ws=1 ';`:                       true,
		"/* it's */ // don't\n<!-- can't\nf('\\'', \"" + sent: true,
		`var q = "w\"wd=1 'ws=1 wn=1 ";`:                      false,
		`var q = "w\\"wd=1 ";`:                                true, // the mark that was to be saved is not
		`var q = 'x="w"wd=1 ';`:                               false,
		`// "` + sent:                                         false,
		`/* "` + sent + `*/`:                                  false,
		`/* never ends "` + sent:                              false,
		"var q = `" + `"` + sent + "`":                        false, // a template
		`var p = /"/, q = "w\"wd=1 ";`:                        false, // an expression
		"var q = 'a line ends\n" + `"` + sent:                 false,
		"// \u2028 var q = '\n" + `"` + sent + "';":           false,
		`var q = "elsewhere";`:                                false,
		`var a = "w`:                                          false,
		`var a = "w\`:                                         false,
	} {
		if got := leavesText(script, "w"); got != want {
			t.Errorf("leavesText(%q) = %t, want %t", script, got, want)
		}
	}
}
