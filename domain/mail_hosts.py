"""Hosts of e-mail that say nothing about a company: free mail, and mailboxes that are thrown away. Data."""

from functools import lru_cache

_FREE_MAIL_HOSTS_LISTED = """
    gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es outlook.it outlook.jp outlook.in
    outlook.com.br hotmail.com hotmail.es hotmail.fr hotmail.it hotmail.de hotmail.be hotmail.nl hotmail.se hotmail.ca
    hotmail.co.uk hotmail.com.br hotmail.com.ar hotmail.co.jp live.com live.de live.fr live.it live.nl live.be live.se
    live.dk live.no live.ca live.co.uk live.com.au live.com.mx msn.com passport.com windowslive.com yahoo.com yahoo.es
    yahoo.fr yahoo.de yahoo.it yahoo.pl yahoo.gr yahoo.se yahoo.ie yahoo.ro yahoo.ca yahoo.in yahoo.co.uk yahoo.co.in
    yahoo.co.id yahoo.co.jp yahoo.co.kr yahoo.com.br yahoo.com.ar yahoo.com.mx yahoo.com.au yahoo.com.sg yahoo.com.tw
    yahoo.com.hk yahoo.com.tr yahoo.com.ph yahoo.com.vn ymail.com rocketmail.com myyahoo.com icloud.com me.com mac.com
    aol.com aol.de aol.fr aol.co.uk aim.com verizon.net comcast.net att.net sbcglobal.net bellsouth.net cox.net
    charter.net earthlink.net optonline.net frontier.com juno.com netzero.net roadrunner.com windstream.net
    gmx.com gmx.net gmx.de gmx.at gmx.ch gmx.fr gmx.us web.de t-online.de freenet.de arcor.de online.de email.de
    posteo.de mailbox.org 1und1.de vodafone.de unitybox.de magenta.de mail.de kabelmail.de chello.at aon.at bluewin.ch
    hispeed.ch sunrise.ch mail.com email.com usa.com post.com mail.ru inbox.ru list.ru bk.ru internet.ru rambler.ru
    lenta.ru autorambler.ru myrambler.ru ro.ru yandex.ru yandex.com yandex.ua yandex.by yandex.kz ya.ru ukr.net i.ua
    meta.ua bigmir.net tut.by proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tuta.io tutamail.com
    tuta.com hushmail.com fastmail.com fastmail.fm hey.com duck.com zoho.com zohomail.com zohomail.eu startmail.com
    runbox.com mailfence.com disroot.org riseup.net qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn
    sohu.com 139.com 189.cn 21cn.com aliyun.com naver.com hanmail.net daum.net nate.com kakao.com docomo.ne.jp
    ezweb.ne.jp softbank.ne.jp nifty.com biglobe.ne.jp so-net.ne.jp ocn.ne.jp rediffmail.com sify.com indiatimes.com
    orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr club-internet.fr aliceadsl.fr
    libero.it virgilio.it tin.it alice.it tiscali.it tiscali.co.uk fastwebnet.it inwind.it iol.it email.it poste.it
    terra.es terra.com.br telefonica.net movistar.es ono.com ya.com uol.com.br bol.com.br ig.com.br globo.com
    globomail.com oi.com.br r7.com sapo.pt clix.pt netcabo.pt iol.pt mail.pt telenet.be skynet.be proximus.be
    scarlet.be ziggo.nl kpnmail.nl planet.nl xs4all.nl hetnet.nl home.nl upcmail.nl quicknet.nl casema.nl zonnet.nl
    telfort.nl btinternet.com talktalk.net virginmedia.com ntlworld.com sky.com blueyonder.co.uk btopenworld.com
    googlemail.co.uk eircom.net telia.com bredband.net comhem.se spray.se passagen.se online.no broadpark.no
    mail.dk jubii.dk tdcadsl.dk stofanet.dk kolumbus.fi elisanet.fi luukku.com suomi24.fi saunalahti.fi
    wp.pl o2.pl onet.pl op.pl poczta.onet.pl interia.pl interia.eu gazeta.pl vp.pl tlen.pl seznam.cz email.cz centrum.cz
    volny.cz atlas.cz post.cz azet.sk zoznam.sk centrum.sk freemail.hu citromail.hu indamail.hu t-online.hu abv.bg
    mail.bg dir.bg net.hr inet.hr siol.net walla.com walla.co.il 012.net.il bezeqint.net netvision.net.il mynet.com
    superonline.com otenet.gr in.gr forthnet.gr telkomsa.net mweb.co.za vodamail.co.za webmail.co.za bigpond.com
    bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au internode.on.net xtra.co.nz slingshot.co.nz
    rogers.com shaw.ca sympatico.ca videotron.ca bell.net telus.net cogeco.ca prodigy.net.mx
"""
FREE_MAIL_HOSTS = frozenset(_FREE_MAIL_HOSTS_LISTED.split())
"""The best-known ones, with the mail of access providers. The playbook adds to them."""

_SHARED_SITES_LISTED = """
    facebook.com linkedin.com instagram.com twitter.com x.com youtube.com youtu.be tiktok.com pinterest.com
    google.com goo.gl bit.ly linktr.ee yelp.com tripadvisor.com amazon.com ebay.com etsy.com wikipedia.org medium.com
    wordpress.com wixsite.com wix.com squarespace.com weebly.com godaddysites.com tumblr.com crunchbase.com xing.com
    github.com vk.com ok.ru t.me telegram.org whatsapp.com wa.me weibo.com alibaba.com indiamart.com
"""
SHARED_SITES = frozenset(_SHARED_SITES_LISTED.split())
"""Sites where many companies have a page; their address is not a company's own."""

_ROLE_MAILBOXES_LISTED = """
    info contact contacto contatto contato kontakt office buero sales ventas vendas vertrieb verkauf vente hello hola
    hallo admin administration administracion support service services soporte mail email team marketing accounts
    accounting accountspayable billing facturacion rechnung buchhaltung finance help helpdesk webmaster postmaster
    hostmaster enquiries enquiry inquiries inquiry post comercial commercial zentrale empfang reception recepcion office
    noreply no-reply donotreply press presse media jobs careers hr karriere bewerbung einkauf purchasing compras orders
    bestellung shop booking reservations reservas secretariat sekretariat privacy datenschutz legal security abuse
    customerservice kundenservice
"""
ROLE_MAILBOXES = frozenset(_ROLE_MAILBOXES_LISTED.split())


@lru_cache(maxsize=1)
def disposable_hosts() -> frozenset[str]:
    """Ten thousand hosts whose mailboxes live minutes, as the public list has them at the installed version."""
    from disposable_email_domains import blocklist

    return frozenset(blocklist)
