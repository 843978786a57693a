package screen

import "strings"

// providers are large mail providers whose name has five letters or more: near shorter
// ones (gmx, aol, web, live) lie too many real domains. National forms are listed so
// that none is taken for a slip of another.
var providers = strings.Fields(`
	gmail.com googlemail.com
	outlook.com outlook.at outlook.be outlook.cl outlook.cz outlook.de outlook.dk outlook.es outlook.fr outlook.hu outlook.ie
	outlook.in outlook.it outlook.jp outlook.kr outlook.lv outlook.my outlook.ph outlook.pt outlook.sa outlook.sg outlook.sk
	outlook.com.ar outlook.com.au outlook.com.br outlook.com.gr outlook.com.tr outlook.com.vn outlook.co.id outlook.co.il outlook.co.nz outlook.co.th
	hotmail.com hotmail.be hotmail.ca hotmail.ch hotmail.cl hotmail.de hotmail.dk hotmail.es hotmail.fi hotmail.fr hotmail.gr hotmail.it hotmail.nl hotmail.no hotmail.se
	hotmail.co.id hotmail.co.il hotmail.co.jp hotmail.co.kr hotmail.co.nz hotmail.co.th hotmail.co.uk hotmail.co.za hotmail.com.ar hotmail.com.au hotmail.com.br hotmail.com.tr
	yahoo.com yahoo.at yahoo.be yahoo.bg yahoo.ca yahoo.cl yahoo.cn yahoo.cz yahoo.de yahoo.dk yahoo.ee yahoo.es yahoo.fi yahoo.fr yahoo.gr yahoo.hu yahoo.ie yahoo.in
	yahoo.it yahoo.lt yahoo.lv yahoo.nl yahoo.no yahoo.pl yahoo.pt yahoo.ro yahoo.ru yahoo.se yahoo.sk
	yahoo.co.uk yahoo.co.in yahoo.co.id yahoo.co.il yahoo.co.jp yahoo.co.kr yahoo.co.nz yahoo.co.th yahoo.co.za
	yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.cn yahoo.com.co yahoo.com.hk yahoo.com.mx yahoo.com.my yahoo.com.pe yahoo.com.ph yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.ua yahoo.com.ve yahoo.com.vn
	icloud.com rocketmail.com protonmail.com protonmail.ch proton.me fastmail.com fastmail.fm tutanota.com tutanota.de hushmail.com
	comcast.net verizon.net bellsouth.net sbcglobal.net earthlink.net optonline.net sympatico.ca
	btinternet.com virginmedia.com ntlworld.com talktalk.net blueyonder.co.uk
	t-online.de freenet.de mailbox.org bluewin.ch laposte.net wanadoo.fr orange.fr virgilio.it seznam.cz
	yandex.com yandex.ru yandex.by yandex.kz yandex.ua yandex.com.tr rambler.ru
	rediffmail.com hanmail.net bigpond.com bigpond.net.au optusnet.com.au`)

// realNeighbours are domains with mail of their own that lie one letter from a
// provider's.
var realNeighbours = strings.Fields(`
	mail.com email.com ymail.com gail.com grail.com
	cloud.com wahoo.com pocketmail.com gambler.ru protos.me photon.me
	grange.fr yandex.eu`)
