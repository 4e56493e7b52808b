"""Words that only together have a meaning."""

#: What several words say together: kind and value, and the phrases that have them.
IDIOMS: dict[tuple[str, str | int], str] = {
    ("adjective", "144p"): "کم حجم ترین | کم حجمترین | پایین ترین | کم ترین | کمترین حجم",
    ("adjective", "360p"): (
        "کم حجم | حجم کم | kam hajm | hajm kam | hajme kam | با حجم کم | low size | small size"
    ),
    ("adjective", "best"): "hi res | full quality | بالا ترین | به ترین | highest quality",
    ("clean", ""): "ad free | ads free | sponsor free | skip sponsors",
    ("end", ""): "the end | اخر ویدیو",
    ("fill", ""): (
        "mp 4 | ام پی فور | ام پی 4 | امپیفور | امپی فور | as possible | صدا و تصویر |"
        " تصویر و صدا | با صدا | with sound | with audio | موزیک ویدیو | موزیک ویدیوی |"
        " موزیکویدیو | music video | music videos | نماهنگ | اون هم | خسته نباشید | show me"
        " | نشون بده | نشونم بده | نشان بده"
    ),
    ("for", ""): "به مدت | be modat",
    ("form", "audio"): (
        "بدون تصویر | without video | no video | بدون ویدیو | without picture | sound track"
    ),
    ("form", "mp3"): "mp 3 | ام پی تری | امپی تری | ام پی 3 | امپی 3 | ام پی سه",
    ("from", ""): "بعد از | bad az | baad az",
    ("height", "1080p"): "full hd | فول اچدی | فول اچ دی",
    ("height", "1440p"): "quad hd | 2 k | 2 کی",
    ("height", "2160p"): "ultra hd | 4 k | 4 کی | 4 کا | فور کی | فورکی | چهار کی",
    ("height", "hd"): "اچ دی",
    ("inside", "en"): "with subs",
    ("inside", "fa"): "زیرنویس دار | زیرنویسدار | زیر نویس دار",
    ("lasts", 1800): "نیم ساعت | half an hour | half hour",
    ("lasts", 30): "نیم دقیقه | half minute | half a minute",
    ("list", ""): "پلی لیست | پلی لیستو | play list",
    ("not", ""): "i don't want | i dont want",
    ("odd", ""): (
        "8 k | 8 کی | بی صدا | video note | video message | ویدیو مسیج | next page | صفحه"
        " بعد | صفحه بعدی"
    ),
    ("onward", ""): "به بعد | be bad | be baad | and on",
    ("ordinal", 2): "second video | second one | second song",
    ("quality", ""): "what quality | چه کیفیتی | چه کیفیتهایی | کیفیتهایی",
    ("subs", "fa"): "زیر نویس | زیر نویسش | زیر نویسشو | زیر نویس ها | zir nevis",
    ("talk", ""): (
        "sound of music | audio book | play music | youtube music | apple music | all of me"
        " | کف نفس"
    ),
    ("to", ""): "up to | قبل از | پیش از | ghabl az",
}
PHRASES = {
    tuple(phrase.split()): meaning
    for meaning, phrases in IDIOMS.items()
    for phrase in phrases.split("|")
}
