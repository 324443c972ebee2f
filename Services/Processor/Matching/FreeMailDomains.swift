/// Domains of which everybody can have an address: sharing one says nothing about working together, so they never match
/// an account. The list holds the large public providers and the common one-way addresses.
package enum FreeMailDomains {
    /// Whether `domain`, normalised, is one of them.
    package static func contains(_ domain: String) -> Bool { all.contains(domain) }

    private static let all = Set(
        list.split(whereSeparator: \.isWhitespace).map(String.init))

    private static let list = """
        126.com 139.com 163.com 189.cn 1und1.de 21cn.com abv.bg aim.com alice.it alice.de aliyun.com ameritech.net
        aol.co.uk aol.com aol.de aol.fr arcor.de att.net bellsouth.net bigmir.net bigpond.com bigpond.net.au
        bluewin.ch blueyonder.co.uk bol.com.br bt.com btinternet.com centrum.cz charter.net chello.at chello.nl
        club-internet.fr comcast.net cox.net daum.net docomo.ne.jp dropmail.me duck.com earthlink.net email.com email.cz
        email.de ezweb.ne.jp fastmail.com fastmail.fm fastwebnet.it foxmail.com free.fr freemail.hu freenet.de
        freesurf.fr frontier.com gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.fr gmx.net go2.pl googlemail.com
        guerrillamail.com hanmail.net hey.com home.nl hotmail.be hotmail.ca hotmail.ch hotmail.co.jp hotmail.co.uk
        hotmail.com hotmail.com.ar hotmail.com.br hotmail.com.mx hotmail.com.tr hotmail.de hotmail.es hotmail.fr
        hotmail.it hotmail.nl hotmail.se hushmail.com i.softbank.jp i.ua icloud.com ig.com.br iinet.net.au inbox.com
        inbox.lv inbox.ru indiatimes.com inwind.it iol.it jourrapide.com juno.com kabelmail.de kpnmail.nl laposte.net
        libero.it list.ru live.be live.ca live.cl live.cn live.co.uk live.com live.com.ar live.com.au live.com.mx
        live.com.pt live.de live.dk live.fr live.ie live.it live.jp live.nl live.no live.se lycos.com mac.com mail.bg
        mail.com mail.de mail.ee mail.ru mail2world.com mailbox.org mailinator.com me.com meta.ua mindspring.com
        mozmail.com msn.com mts.ru myway.com nate.com naver.com neuf.fr ntlworld.com numericable.fr o2.co.uk o2.pl
        o2online.de onet.eu onet.pl online.de online.no optimum.net optonline.net optusnet.com.au orange.es orange.fr
        outlook.at outlook.be outlook.cl outlook.co.id outlook.co.th outlook.com outlook.com.ar outlook.com.au
        outlook.com.br outlook.cz outlook.de outlook.dk outlook.es outlook.fr outlook.hu outlook.ie outlook.in outlook.it
        outlook.jp outlook.kr outlook.pt outlook.sa planet.nl pm.me post.cz posteo.de posteo.net prodigy.net proton.me
        protonmail.ch protonmail.com ptd.net qq.com rambler.ru rediffmail.com roadrunner.com rocketmail.com rogers.com
        runbox.com safe-mail.net sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca simplelogin.com sina.cn sina.com
        skynet.be sky.com sohu.com suddenlink.net swbell.net sympatico.ca t-online.de talktalk.net tele2.nl telenet.be
        telia.com telus.net tempmail.com terra.com.br terra.es tin.it tiscali.co.uk tiscali.it tlen.pl tom.com
        trashmail.com tutanota.com tutanota.de tuta.io tuta.com uol.com.br upcmail.nl verizon.net videotron.ca
        virgilio.it virginmedia.com vodafone.de voila.fr volny.cz wanadoo.fr web.de windowslive.com windstream.net
        wp.pl xs4all.nl xtra.co.nz yahoo.ca yahoo.cn yahoo.co.id yahoo.co.in yahoo.co.jp yahoo.co.kr yahoo.co.nz
        yahoo.co.th yahoo.co.uk yahoo.co.za yahoo.com yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.cn yahoo.com.hk
        yahoo.com.mx yahoo.com.my yahoo.com.ph yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.vn yahoo.de yahoo.dk
        yahoo.es yahoo.fr yahoo.gr yahoo.ie yahoo.in yahoo.it yahoo.no yahoo.pl yahoo.ro yahoo.se yandex.com yandex.kz
        yandex.ru yandex.ua yeah.net ymail.com yopmail.com ya.ru zoho.com zohomail.com zohomail.eu ziggo.nl
        """
}
