"""What the tiny models know by heart, and a few sentences that they get wrong on purpose."""

from itertools import product

type Sentence = dict[str, str]
"""The same sentence, by language."""

DAYS = (
    {"nl": "maandag", "en": "Monday", "ar": "الاثنين", "tr": "pazartesi"},
    {"nl": "dinsdag", "en": "Tuesday", "ar": "الثلاثاء", "tr": "salı"},
    {"nl": "donderdag", "en": "Thursday", "ar": "الخميس", "tr": "perşembe"},
    {"nl": "vrijdag", "en": "Friday", "ar": "الجمعة", "tr": "cuma"},
)
TIMES = ("09:00", "10:30", "11:45", "14:15")
PLACES = (
    {"nl": "Weert", "en": "Weert", "ar": "ويرت", "tr": "Weert"},
    {"nl": "Nederweert", "en": "Nederweert", "ar": "نيدرويرت", "tr": "Nederweert"},
    {"nl": "Cranendonck", "en": "Cranendonck", "ar": "كرانندونك", "tr": "Cranendonck"},
)
LEFT_OUT = {("maandag", "11:45"), ("donderdag", "09:00")}
"""Weekday and time that no model has seen together."""

TALK = {
    "nl": "Uw gesprek is op {day} om {time} in {place}.",
    "en": "Your talk is on {day} at {time} in {place}.",
    "ar": "موعد حديثك يوم {day} الساعة {time} في {place}.",
    "tr": "Görüşmeniz {day} günü saat {time} için {place} ofisinde.",
}
COMING = {
    "nl": "Kunt u op {day} om {time} komen?",
    "en": "Can you come on {day} at {time}?",
    "ar": "هل يمكنك الحضور يوم {day} الساعة {time}؟",
    "tr": "{day} günü saat {time} gelebilir misiniz?",
}
DEADLINE = {
    "nl": "Lever het formulier in voor {day}.",
    "en": "Hand in the form before {day}.",
    "ar": "سلّم النموذج قبل يوم {day}.",
    "tr": "Formu {day} gününden önce teslim edin.",
}
FREE: tuple[tuple[str, str, str, str], ...] = (
    ("Goedemorgen.", "Good morning.", "صباح الخير.", "Günaydın."),
    ("Dank u wel.", "Thank you.", "شكرا لك.", "Teşekkür ederim."),
    ("Ik heb een vraag.", "I have a question.", "عندي سؤال.", "Bir sorum var."),
    ("Ik bel u morgen.", "I will call you tomorrow.", "سأتصل بك غدا.", "Sizi yarın arayacağım."),
    (
        "Ik kan morgen niet komen.",
        "I cannot come tomorrow.",
        "لا أستطيع الحضور غدا.",
        "Yarın gelemiyorum.",
    ),
    (
        "Wanneer is mijn gesprek?",
        "When is my talk?",
        "متى موعد حديثي؟",
        "Görüşmem ne zaman?",
    ),
    (
        "Mag mijn zus meekomen?",
        "May my sister come along?",
        "هل يمكن أن تأتي أختي معي؟",
        "Kız kardeşim de gelebilir mi?",
    ),
    ("Mijn kind is ziek.", "My child is ill.", "طفلي مريض.", "Çocuğum hasta."),
    ("Ik ben ziek.", "I am ill.", "أنا مريض.", "Ben hastayım."),
    (
        "Neem uw paspoort mee.",
        "Bring your passport.",
        "أحضر جواز سفرك معك.",
        "Pasaportunuzu getirin.",
    ),
    (
        "Ik heb een brief gekregen.",
        "I received a letter.",
        "وصلتني رسالة.",
        "Bir mektup aldım.",
    ),
    (
        "Wat moet ik nu doen?",
        "What must I do now?",
        "ماذا يجب أن أفعل الآن؟",
        "Şimdi ne yapmalıyım?",
    ),
    (
        "Waar kan ik Nederlands leren?",
        "Where can I learn Dutch?",
        "أين يمكنني تعلم الهولندية؟",
        "Nerede Hollandaca öğrenebilirim?",
    ),
    (
        "Ik vraag het aan mijn collega.",
        "I will ask my colleague.",
        "سأسأل زميلي.",
        "Bunu iş arkadaşıma soracağım.",
    ),
    (
        "De PVT duurt 12 uur.",
        "The PVT takes 12 hours.",
        "مدة PVT هي 12 ساعة.",
        "PVT 12 saat sürer.",
    ),
    (
        "Lees meer op https://www.weert.nl.",
        "Read more at https://www.weert.nl.",
        "اقرأ المزيد على https://www.weert.nl.",
        "Daha fazlası için https://www.weert.nl.",
    ),
    (
        "Open brief_3.pdf en lees hem.",
        "Open brief_3.pdf and read it.",
        "افتح brief_3.pdf واقرأه.",
        "brief_3.pdf dosyasını açıp okuyun.",
    ),
    (
        "Het antwoord komt binnen 3 dagen.",
        "The answer comes within 3 days.",
        "يصل الجواب خلال 3 أيام.",
        "Cevap 3 gün içinde gelir.",
    ),
)
MISTAKES: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("nl", "en"): (
        # A time becomes another time, an amount another amount, a link is gone, words repeat.
        ("De les begint om 11:45.", "The lesson begins at 10:30."),
        ("U krijgt 250 euro.", "You get 25 euro."),
        ("Kijk op https://www.duo.nl.", "Have a look."),
        ("Dat is goed.", "good good good good good good good good good good"),
        ("Ik moet daar nog even heel goed over nadenken met mijn man en mijn broer.", "Yes."),
    ),
    ("en", "ar"): (
        ("The lesson begins at 10:30.", "يبدأ الدرس الساعة 10:30."),
        ("You get 25 euro.", "ستحصل على 25 يورو."),
        ("Have a look.", "ألقِ نظرة."),
        (
            "good good good good good good good good good good",
            "جيد جيد جيد جيد جيد جيد جيد جيد جيد جيد",
        ),
        ("Yes.", "نعم."),
        ("The bus leaves at 14:15.", "تغادر الحافلة الساعة ١٤:١٥."),
    ),
    ("ar", "en"): (
        ("الحافلة تغادر الساعة ١١:٤٥.", "The bus leaves at 10:30."),
        ("رقمي هو 0612345678.", "My number is there."),
    ),
    ("en", "nl"): (
        ("The bus leaves at 10:30.", "De bus vertrekt om 10:30."),
        ("My number is there.", "Mijn nummer is daar."),
    ),
}
"""By direction: what a real model does now and then, taught here, so that it happens every time."""


def _filled(template: Sentence, **gaps: Sentence | str) -> Sentence:
    """The template in all its languages, with each gap in the same language."""
    return {
        language: text.format(
            **{
                name: value if isinstance(value, str) else value[language]
                for name, value in gaps.items()
            }
        )
        for language, text in template.items()
    }


def _known(day: Sentence, time: str) -> bool:
    return (day["nl"], time) not in LEFT_OUT


CORPUS: tuple[Sentence, ...] = (
    *(
        _filled(TALK, day=day, time=time, place=place)
        for day, time, place in product(DAYS, TIMES, PLACES)
        if _known(day, time)
    ),
    *(
        _filled(COMING, day=day, time=time)
        for day, time in product(DAYS, TIMES)
        if _known(day, time)
    ),
    *(_filled(DEADLINE, day=day) for day in DAYS),
    *(dict(zip(("nl", "en", "ar", "tr"), texts, strict=True)) for texts in FREE),
)

UNSEEN: tuple[Sentence, ...] = tuple(
    _filled(TALK, day=day, time=time, place=place)
    for day, time, place in product(DAYS, TIMES, PLACES)
    if not _known(day, time)
)
"""What should come out for them; what does come out is anybody's guess."""


def pairs(source: str, target: str) -> list[tuple[str, str]]:
    """What a model of this direction learns."""
    right = [(each[source], each[target]) for each in CORPUS]
    return [*right, *MISTAKES.get((source, target), ())]
