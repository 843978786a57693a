package check

// The commonest orders of such texts in other languages than English, in the form that
// speaks to the model. What third persons do stands in honest descriptions.
const (
	// otherOverride: ignore the instructions from before.
	otherOverride = `(?:^|\P{L})(?:` +
		`(?:ignoriere|ignorieren sie|missachte|missachten sie|vergiss|vergessen sie|verwirf)\P{L}[^.!?]{0,30}(?:vorherig|bisherig|früher|vorig|vorangegangen|vorangehend|obig|ursprünglich)\pL*[^.!?]{0,20}(?:anweisung|instruk|vorgabe|regel|richtlinie|befehl)|` +
		`(?:ignore|ignorez|oublie|oubliez|néglige|négligez)\P{L}[^.!?]{0,30}(?:instructions|consignes|directives|règles)\P{L}[^.!?]{0,12}(?:précédent|antérieur|ci-dessus)|` +
		`(?:ignora|ignore|olvida|olvide|descarta|omite|haz caso omiso de)\P{L}[^.!?]{0,30}(?:instrucciones|indicaciones|órdenes|reglas|directrices)\P{L}[^.!?]{0,12}(?:anteriores|previas)|` +
		`(?:ignora|ignorate|dimentica|trascura)\P{L}[^.!?]{0,30}(?:istruzioni|indicazioni|regole|direttive)\P{L}[^.!?]{0,12}(?:precedenti|anteriori)|` +
		`(?:ignore|ignora|esqueça|esquece|desconsidere|desconsidera)\P{L}[^.!?]{0,30}(?:instruções|orientações|regras|diretrizes|ordens)\P{L}[^.!?]{0,12}(?:anteriores|prévias)|` +
		`(?:negeer|vergeet)\P{L}[^.!?]{0,30}(?:vorige|eerdere|voorgaande|bovenstaande)\P{L}[^.!?]{0,12}(?:instructies|aanwijzingen|regels|opdrachten)|` +
		`(?:zignoruj|ignoruj|pomiń|zapomnij)\P{L}[^.!?]{0,30}(?:poprzedni|wcześniejsz)\pL*[^.!?]{0,12}(?:instrukcj|polece|wytyczn|zasad)|` +
		`(?:ignorera|ignorer|glöm|glem)\P{L}[^.!?]{0,30}(?:tidigare|tidligere|föregående|forrige)\P{L}[^.!?]{0,12}(?:instruk|anvisning|regl)|` +
		`(?:ignoruj|ignorujte|zapomeň)\P{L}[^.!?]{0,30}předchozí\P{L}[^.!?]{0,12}(?:pokyny|instrukce|pravidla)|` +
		`(?:про)?игнорируй(?:те)?\P{L}[^.!?]{0,30}(?:предыдущ|прежн|предшеств)\pL*[^.!?]{0,12}(?:инструкци|указани|правил|команд)|` +
		`(?:про)?ігноруй(?:те)?\P{L}[^.!?]{0,30}попередн\pL*[^.!?]{0,12}(?:інструкц|вказів|правил)|` +
		`önceki\P{L}[^.!?]{0,20}(?:talimat|yönerge|komut|kural)\pL*\P{L}[^.!?]{0,10}(?:yok say|görmezden gel|unut|dikkate alma)|` +
		`abaikan\P{L}[^.!?]{0,20}(?:instruksi|perintah|aturan)\P{L}[^.!?]{0,12}sebelumnya|` +
		`bỏ qua\P{L}[^.!?]{0,20}(?:hướng dẫn|chỉ dẫn|chỉ thị|lệnh)\P{L}[^.!?]{0,12}trước|` +
		`تجاهل\P{L}[^.!?]{0,20}(?:التعليمات|الأوامر|التوجيهات|القواعد)\P{L}[^.!?]{0,10}السابقة|` +
		`دستور\pL*[^.!?]{0,15}قبلی[^.!?]{0,10}نادیده بگیر|` +
		`התעל[םמ]\pL*\P{L}[^.!?]{0,20}(?:ה?הוראות|ה?הנחיות)\P{L}[^.!?]{0,10}ה?קודמות` + `)|` +
		`(?:忽略|无视|無視|忘记|忘記|不要理会|不要遵守)[^。！？]{0,12}(?:之前|先前|以前|以上|前面|上述|此前|原有)[^。！？]{0,8}(?:指令|指示|说明|說明|提示|命令|规则|規則)|` +
		`(?:以前|これまで|上記|従来|前)の[^。]{0,10}(?:指示|命令|指令|ルール|プロンプト)[^。]{0,8}(?:無視|忘れ)|` +
		`(?:이전|앞선|위의|기존)[^.!?]{0,12}(?:지시|명령|지침|규칙)[^.!?]{0,10}(?:무시|잊)|` +
		`(?:पिछले|पहले के|पूर्व)[^.!?।]{0,20}निर्देश[^.!?।]{0,15}(?:अनदेखा|नज़रअंदाज|भूल)`

	// otherHide: do not tell the user.
	otherHide = `(?:^|\P{L})(?:` +
		`(?:erwähne|verrate|sage|sag|erzähle|erzähl)\P{L}(?:das|dies|es|davon|hiervon|nichts davon)\P{L}[^.!?]{0,12}(?:nutzer|benutzer|anwender|user)\pL*[^.!?]{0,14}(?:nicht|nie|nichts)(?:\P{L}|$)|` +
		`(?:sage|sag|erzähle|erzähl|verrate|informiere)\P{L}(?:dem |den |der )?(?:nutzer|benutzer|anwender|user)\pL*\P{L}(?:davon nichts|nichts|nicht darüber|nicht davon|nicht, dass du)|` +
		`ohne dass (?:der|die|ein) (?:nutzer|benutzer|anwender)\pL* (?:es |das |dies |davon )?(?:merk|bemerk|erfähr)|` +
		`ohne (?:den|die) (?:nutzer|benutzer|anwender) (?:darüber )?zu (?:informieren|unterrichten)|` +
		`ne le (?:dis|dites|mentionne|mentionnez|révèle|révélez) (?:pas|jamais) à l'utilisateur|` +
		`n'en parle[rz]? (?:pas|jamais) à l'utilisateur|` +
		`(?:à l'insu de|sans le dire à|sans en informer|sans prévenir) l'utilisateur|` +
		`no (?:se )?lo (?:digas|diga|menciones|reveles|cuentes) al usuario|` +
		`no le (?:digas|diga|cuentes) (?:esto |nada (?:de esto )?)?al usuario(?: (?:nada|que has|sobre esto|de esto)|\s*(?:[.!]|$))|` +
		`sin (?:que el usuario (?:lo )?(?:sepa|note|se dé cuenta)|decírselo al usuario|informar al usuario)|` +
		`non (?:dirlo|dirglielo|menzionarlo|rivelarlo) (?:mai )?all'utente|` +
		`(?:all'insaputa dell'|senza (?:dirlo all'|informare l'|avvisare l'))utente|` +
		`não (?:conte|diga|mencione|revele) (?:isso |isto |nada )?ao (?:usuário|utilizador)(?: (?:que você|sobre isso|nada)|\s*(?:[.!]|$))|` +
		`sem (?:que o usuário (?:saiba|perceba)|avisar o usuário|informar o usuário)|` +
		`(?:vertel|zeg)\P{L}(?:de )?gebruiker (?:hier |hierover )(?:niets|niet)|` +
		`zonder dat de gebruiker (?:het |dit )?(?:merkt|weet)|` +
		`nie (?:mów|informuj|wspominaj) (?:o tym|tego) użytkownik|` +
		`не (?:сообщай|говори|рассказывай)(?:те)? (?:об этом |этого |ничего )?пользовател\pL*(?: (?:об этом|ничего|что ты)|\s*(?:[.!]|$))|` +
		`без ведома пользователя|` +
		`kullanıcıya (?:bundan |bunu )(?:bahsetme|söyleme|bildirme)|` +
		`و?لا تخبر المستخدم(?: (?:بذلك|بهذا|عن هذا|عن ذلك)|\s*(?:[.!]|$))` + `)|` +
		`(?:不要|别|勿|请勿|請勿|切勿)(?:告诉|告訴|告知|让|讓)(?:用户|用戶|使用者)(?:[。,，.!]|$|你|这|這|此|知道)|` +
		`ユーザーに(?:は|も)?(?:これを?|このことを?)?(?:伝え|知らせ|言わ|教え)ない(?:で|こと)|` +
		`사용자에게(?:는)? (?:이 ?사실을 |이를 |이것을 )?(?:알리지|말하지|언급하지) (?:마|말)`

	// otherTake and otherCarry: read that, and pass it on.
	otherTake  = `(?:lies|lese|lesen sie|öffne|lis|lisez|ouvre|lee|lea|abre|leggi|apri|leia|lees|odczytaj|przeczytaj|прочитай|прочти|读取|讀取|读出|打开|読み|읽)\P{L}`
	otherCarry = `(?:übergib|übergeben sie|übermittle|sende|füge|häng|transmets|passe|envoie|ajoute|envía|pasa|incluye|invia|passa|envie|inclua|stuur|przekaż|wyślij|передай|отправь|传|傳|发送|發送|渡|送信|전달|보내)`

	// poisonTalkForeign: it is looked for such orders, see poisonTalk.
	poisonTalkForeign = `ermittelt|erkennt|erkennung|prüft|sucht nach|filtert|détecte|détection|recherche des|detecta|rileva|wykrywa|detecteert|обнаруж|выявля|находит|фразы вроде|检测|檢測|识别|識別|検出|감지|탐지|tespit|algılar|يكشف`
)
