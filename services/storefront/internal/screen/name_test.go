package screen

import (
	"strings"
	"testing"
)

// names are of people, real or as people really write them. None is an attack.
var names = strings.Split(strings.TrimSpace(`
Ada Lovelace
O'Brien
O’Brien
Ó Briain
D'Or
d'Or-Union
D'Angelo Russell
Conan O'Brien; Select Wines
Nguyễn Thị Minh Khai
Null
Jennifer Null
NULL
Nil
None
True
False
undefined
N/A
NaN
Select
Union
Drop
Delete
Insert
Update
Table
Where
And
Or
Order By
Jean Union
Maria Select
Peter Drop
Alter Schmidt
Union Select Wines
Credit Union Select (UK) Ltd
Teachers' Union Select Committee
Local 12 Union Select Committee
Drop Table Records
"Drop Table" Records
Exec Shutdown
Grant Execute
Truman Capote
Script
Scriptor Ignotus
Javascript
JavaScript: The Good Parts GmbH
Tess T. Case
Test
test
Test User
Testa
Tester
Admin
Christopher Null
李
李小龍
王秀英
诸葛亮
欧阳娜娜
X Æ A-12
X Æ A-Xii
R2-D2
Mary-Kate & Ashley
Martin Luther King, Jr.
John Smith III
Sammy Davis Jr
Prof. Dr. Dr. h.c. mult. Hans-Peter Freiherr von und zu Guttenberg
Karl-Theodor Maria Nikolaus Johann Jacob Philipp Franz Joseph Sylvester
Madonna
Teller
Prince
Ƭ̵̬̊
A
O
Y
Ng
Å
Ö
Æ
Ou
Wu
Bob
Robert "Bob" or Bobby #2
"Jack" and "Jill" Ltd
Rock 'n' Roll
't Hooft
Gerard 't Hooft
's-Gravesande
Vincent van 't Hoff
'Abd al-Rahman
ʻIolani
Kamāmalu
Keihanaikukauakahihuliheekahaunaele
Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Sr.
ʿAlī ibn Abī Ṭālib
محمد بن سلمان
عبد الرحمن
فاطمة الزهراء
משה בן מימון
דוד
علی‌رضا
پروین اعتصامی
گلناز
ہارون
Владимир Ильич
Анна-Мария
Љубица
Ґалаґан
Մարիամ
გიორგი
Παπαδόπουλος
Ελένη
सचिन तेंदुलकर
अनुष्का
রবীন্দ্রনাথ ঠাকুর
ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ
ગાંધી
ଜଗନ୍ନାଥ
தமிழ்ச்செல்வன்
సత్య నాదెళ్ల
ಕುವೆಂಪು
മോഹൻലാൽ
සංගක්කාර
สมชาย ใจดี
ສົມສັກ
အောင်ဆန်းစုကြည်
សុខា
བསྟན་འཛིན་རྒྱ་མཚོ
Мөнхбат
ᠲᠡᠮᠦᠵᠢᠨ
김민수
남궁민
さくら
ｻｸﾗ
長谷川 龍之介
ኃይሌ ገብረ ሥላሴ
ⵎⴰⵙⵉⵏⵉⵙⵙⴰ
ߛߏ߬ߟߏ
ᏎᏉᏯ
ᐃᓄᒃ
Ŋugi
ǃXun
ǂKhomani
ǀUi
Ọlá Rótìmí
Nwáchúkwu
Ṣadé Adú
Ngũgĩ wa Thiong’o
Mfanasibili
Nkosazana Dlamini-Zuma
Björk Guðmundsdóttir
Þórður Þorláksson
Sørina Ångström
Łukasz Żółć
Dvořák
Çağla Şıkel
İbrahim Işık
Ștefan
Zoë Kravitz
François-René de Chateaubriand
José María de la Cruz y Núñez
Muñoz Ramírez, María del Carmen
Sinéad Ní Chonchúir
Llŷr ap Gwilym
Đặng
Niʻihau
Ke$ha
P!nk
will.i.am
deadmau5
3OH!3
50 Cent
Number 16 Bus Shelter
Jon Blake Cusack 2.0
Brfxxccxxmnpcccclllmmnprxvclmnckssqlbb11116
🦄
Zoë 💖 Q.
👩‍👩‍👧‍👦 family
Z̷̢͚͒a̴̛̝l̵͍̈g̶̥̓o̷
H̸̡̪̯ͨ͊̽̅̾̎Ȩ̬̩̾͛ͪ̈́̀́͘
‮rtl override
אבי Smith
Smith (née O'Neill)
Jean-Luc <jl@x.fr>
Bob <3
<Anna>
Ann >> Bea
A & B
AT&T
A|B
50% Dupont
100%00
Zero%Fat
{{first_name}}
{{ contact.name }}
${name}
%FIRSTNAME%
#1 Dad
C#
C++
1 and 1 = 3
--
-
?
...
;-)
¯\_(ツ)_/¯
Bobby Tables
Robert); Tables
Dr. Sleep(less)
Sleep and Rest (24)
Sensei/Master
1=1
OR
a=b
Smith; Jones
Ping & Cat Ltd
@handle
www.example.com
../up
Java Script
`), "\n")

func TestNamesPass(t *testing.T) {
	t.Parallel()
	s := screener(t)
	if len(names) < 120 {
		t.Fatalf("only %d names", len(names))
	}
	for _, name := range names {
		for _, f := range []Form{{Name: name}, {Company: name}, {TargetName: name}, {Message: name}} {
			if got := s.Judge(f); got.Kind != Legitimate || got.Reason != "" {
				t.Errorf("%+v: %+v", f, got)
			}
		}
	}
}
