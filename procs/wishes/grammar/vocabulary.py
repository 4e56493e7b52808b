"""The vocabulary of wishes: English, Persian, and Persian in Latin letters. Tables only.

Persian stands here as `tokens` leaves it: without joiners and madd, with ی and ک, ئ as ی.
"""

from itertools import product

#: Suffixes of a Persian noun: plural, ezafe, possessive, definite.
ENDINGS = (
    "", "ی", "ای", "یی", "ه", "ش", "شو", "شون", "شونو", "شم", "اش", "اشو", "یش", "یشو", "یشرا", "م",
    "مو", "ت", "تو", "و", "رو", "را", "شرا", "شرو", "ها", "های", "هاش", "هاشو", "هاشون", "هایش",
    "هاشونو", "هارو", "هارا", "هاو", "ات", "اتش", "اتشو", "اتو",
)  # fmt: skip
#: The same in Latin letters.
LATIN_ENDINGS = (
    "", "e", "ye", "sh", "esh", "ash", "sho", "esho", "asho", "shoo", "eshoo", "o", "ro", "ra", "i",
    "ha", "haye", "hash", "hasho", "haro", "et", "eto", "at",
)  # fmt: skip

#: Nouns that take endings, by what they mean: (kind, value), Persian, Latin.
NOUNS: dict[tuple[str, str | int], tuple[str, str]] = {
    ("form", "audio"): (
        "صدا سدا صوت صوتی اهنگ اهنک موزیک موسیقی ترانه اودیو ادیو",
        "seda sedaa ahang aahang ahng muzik muzic moozik mosighi tarane taraneh soti",
    ),
    ("file", ""): ("فایل داکیومنت", "fayl fail"),
    ("quality", ""): (
        "کیفیت کیفت کیفیات رزولوشن وضوح",
        "keyfiat keyfiyat kayfiat keifiat keifiyat kefiat kefiyat keyfyat kyfiat keyfiyyat",
    ),
    ("look", ""): ("لیست فهرست گزینه", "gozine gozineh"),
    ("list", ""): ("پلیلیست پلیلست", "pleylist"),
    ("subs", "fa"): (
        "زیرنویس زیرنویص زیرنوشت سابتایتل",
        "zirnevis zirnvis zirnewis zirneviss zirnevys",
    ),
    ("ads", ""): ("تبلیغ تبلیغات اسپانسر اگهی", "tabligh tablighat tablig tabliq tabliqat"),
    ("entry", ""): ("قسمت شماره اپیزود", "ghesmat qesmat shomare shomareh"),
    ("page", ""): ("صفحه", "safhe safheh"),
    ("thing", ""): (
        "ویدیو ویدو ویدوی ویدیوی فیلم کلیپ لینک پست ریلز ریل پخش متن فرمت نسخه حجم سایز رسانه"
        " استوری شورت",
        "film filme klip link vidio vidyo post format hajm",
    ),
}
#: Words that take no endings.
PLAIN_WORDS: dict[tuple[str, str | int], str] = {
    ("form", "mp3"): "mp3 مپ۳ امپیتری امپی۳ mp3s empitri",
    ("form", "m4a"): "m4a aac",
    ("form", "opus"): "opus",
    ("form", "audio"): "audio sound music song soundtrack sounds songs audios",
    ("adjective", "best"): (
        "best highest maximum max hq بهترین بالاترین اصلی اورجینال original عالی بالا بالای"
        " خوب high good behtarin bala bala khoob khub aali full فول better بهتر"
    ),
    ("adjective", "360p"): "low lower lq کم پایین کمحجم سبک kam payin paeen paein kamhajm",
    ("adjective", "144p"): (
        "worst بدترین lowest smallest smaller small minimum min tiny کمترین پایینترین کوچیک"
        " کوچک کوچکترین کمحجمترین سبکترین kamtarin"
    ),
    ("height", "hd"): "hd اچدی",
    ("height", "1080p"): "fhd fullhd فولاچدی",
    ("height", "1440p"): "2k qhd wqhd",
    ("height", "2160p"): "4k uhd fourk",
    ("height", "480p"): "sd",
    ("file", "as"): "file document doc files",
    ("quality", ""): "quality resolution res qualities qualty",
    ("look", ""): "list choices choice options formats",
    ("list", ""): "playlist",
    ("subs", "en"): "subs sub subtitles subtitle subtitled caption captions cc",
    ("ads", ""): "ad ads advert adverts sponsor sponsors sponsored advertising commercials",
    ("entry", ""): "number episode ep entry item no part",
    ("page", ""): "page",
    ("clean", ""): (
        "nosponsor nosponsors noads noad adfree sponsorblock بیتبلیغ بدونتبلیغ بدونتبلیغات"
    ),
    ("wordless", ""): "nosub nosubs nosubtitle nosubtitles بیزیرنویس بدونزیرنویس",
    ("anew", ""): "exact exactly convert دقیق دقیقا تبدیل daghigh daqiq tabdil",
    ("all", ""): (
        "all whole entire everything همه همهاش همش همشو همشون همهشو همشونو همهی کل کلش کلشو"
        " تمام تمامش تمامشو hame hamash hamasho hamshun kol kolesh kolesho hameye tamam"
    ),
    ("only", ""): "only just فقط تنها صرفا faghat faqat fagat",
    ("with", ""): "with با ba w/ همراه hamrah",
    ("without", ""): "without no بدون بیهیچ بی bedune bedoone bedon bedoon bdon bi",
    ("not", ""): (
        "not don't dont نه نداشته نمیخوام نمیخواهم نمیخام نخواستم نباشه نده نفرست نمیخوایم"
        " nemikham na"
    ),
    ("cut", ""): "remove skip strip cut حذف بردار بردارید hazf hazfesh",
    ("from", ""): "from after between از az بین",
    ("to", ""): "to before until till upto تا تای تایی الی ta taye",
    ("end", ""): (
        "end ending finish اخر اخرش اخرشو انتها انتهاش پایان پایانش تهش ته akhar akharesh"
        " enteha tahesh"
    ),
    ("begin", ""): "start beginning begin ابتدا ابتداش شروع شروعش ebteda",
    ("first", ""): "first اول اولش اولشو اولین اولی اولیه نخست aval avval avalesh avalin",
    ("last", ""): "last final اخرین اخری akharin akhari",
    ("onward", ""): "onward onwards بعد bad baad ادامه",
    ("for", ""): "for مدت مدتش modat",
    ("and", ""): "and or و یا ya va o & plus",
    ("unit", 3600): "hour hours hr hrs h ساعت saat",
    ("unit", 60): (
        "minute minutes min mins m دقیقه دیقه دقیقهی دقیقش دقه daghighe daghigheye daqiqe"
        " daghigheh dagighe daghe dayghe daghighei"
    ),
    ("unit", 1): "second seconds sec secs s ثانیه ثانیهی saniye saniyeh sanie sanye",
    ("asks", ""): (
        "send want need wanna gimme بفرست بفرستین بفرستید بفرستی بده بدین بدید بدی میخوام"
        " میخواهم میخام میخوایم خواستم خوام خام میخاستم لازم بزار بذار بشه بکن کن کنی کنید"
        " کنین بگیر بگیرش بگیرید دانلودش بفرس mikham mikhm mixam mikhaam mikhastam bede bedeh"
        " bdeh bdid bedid befrest befrestid befres befrestin kon konid lazem begir bezar"
    ),
}
#: Words without meaning for the form: polite words, and names for the media itself.
FILLERS = (
    "a an the this that these it its it's of in as by into at is be please pls plz plss plzz"
    " plese pleas thx thanks thank you tnx ty hi hello hey salam bro dear sir bot can could"
    " would will i i'd like give get download dl make have let u one ones version format type"
    " video vid clip film movie post reel link url mode here too also ok okay mp4 vidéo videos"
    " pic content extract save grab fetch sent rip take لطفا لطفآ لطفن لطف ممنون ممنونم"
    " ممنونتم مرسی تشکر متشکرم سپاس سلام درود خسته نباشید نباشی دمت گرم عزیزم عزیز داداش جان"
    " جون رفیق ربات این اینو اینرو همین همینو اون اونو رو را و ش شو شم ه ها های ی ای اش م من"
    " برام واسم واسه برای بهم میشه میتونی میتونید میشود هست باشه است هستش هم دانلود دریافت"
    " ارسال تصویری شکل صورت بصورت به می نسخه نوع حالت قربان قربونت فدات دارم داری دارید رو هم"
    " دیگه یه یک ممنونت بی زحمت اگه اگر امکانش داره لطفاً خواهش ممنو پی کیلو باید بشود ساده"
    " لطفاا خود خودش خودشو چیز لینکو رایگان lotfan lotfn lotf in ino hamin hamino un ro ra"
    " mersi merci mrc mamnun mamnoon tashakor salam dadash be surate baram vasam mishe"
    " mishavad download danlod danlud hast bashe mano sh sho esh ye yek ham khaheshan asap"
    " quick quickly fast now urgent زود سریع فوری الان حتما بیزحمت جیگر گلم گل عشقم برادر اقا"
    " استاد مهندس ادمین کامل کاملش complete them these those پلیز پلز تنکس تنک حداکثر حداقل"
    " نهایتا ماکسیمم بهتره کافیه خوبه enough fine شه under زیر کمتر حدود جدا استخراج دربیار"
    " dige age azizam jan joon damet garm video mp4 pls khob"
)
#: Words that are ignored only after `send`, `give` and `for`.
AFTER_VERBS = "me us mine my"

#: Words of wishes that the bot cannot grant: other forms, and functions of sites and programs.
ODD = (
    "gif gifs گیف گیفش گیفشو 8k 5k 6k 12k 16k 3k 1k flac wav wave ogg wma aiff alac ape mkv avi"
    " webm mov 3gp"
    " flv wmv vob amr lossless hdr dolby atmos hevc x265 x264 h264 h265 h.265 av1 vp9 codec"
    " bitrate kbps kbit"
    " kb/s fps متوسط متوسطش معمولی medium mid middle average normal motavaset voice ویس ویسش"
    " ویسشو vois stereo"
    " hardsub هاردساب چسبیده dub dubbed dubbing دوبله دوبلهش doble ringtone زنگ karaoke"
    " instrumental slow burn burned burnt hardcoded thumbnails srt vtt"
    " slowed speed mute muted silent بیصدا سایلنت bisedaa biseda تصویر تصویرش picture zip rar زیپ"
    " torrent"
    " thumbnail کاور cover عکسش عکسشو کپشن کپشنش لیریک lyrics crop compress compressed فشرده"
    " فشردهش loop"
    " reverse vr 3d 60fps 30fps 50fps 120fps softsub softsubs ترجمه transcript متنش متنشو"
)
ODD_NOUNS = "گیف ویس وویس مگ مگابایت گیگ گیگابایت کاور کپشن لیریک دوبله زیپ هاردساب تصویر عکس زنگ"
#: Ordinals that name an entry; `second` is a unit of time too, and stands there.
ORDINALS = {"third": 3, "دوم": 2, "دومی": 2, "سوم": 3, "سومی": 3, "چهارم": 4, "پنجم": 5}

Meaning = tuple[str, str | int]


def vocabulary() -> dict[str, Meaning]:
    """Every word with its kind and value; what is said first in this order counts."""
    found: dict[str, Meaning] = {}
    for meaning, (persian, latin) in NOUNS.items():
        for stem, end in [
            *product(persian.split(), ENDINGS),
            *product(latin.split(), LATIN_ENDINGS),
        ]:
            found.setdefault(stem + end, meaning)
    for meaning, words in PLAIN_WORDS.items():
        found |= dict.fromkeys(words.split(), meaning)
    found = {**dict.fromkeys(FILLERS.split(), ("fill", "")), **found}
    odd = [*ODD.split(), *(stem + end for stem in ODD_NOUNS.split() for end in ENDINGS)]
    found |= {word: ("ordinal", number) for word, number in ORDINALS.items()}
    return {**found, **dict.fromkeys(odd, ("odd", ""))}


VOCABULARY = vocabulary()
#: Words that name a form by themselves: the candidates when a misspelled word is corrected.
KNOWN = [
    word
    for word, (kind, _) in VOCABULARY.items()
    if kind in ("form", "quality", "subs", "clean") and len(word) > 3
]
