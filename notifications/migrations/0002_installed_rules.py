"""The authorities and rules that are installed, as far as they are known, each with its source.

Nothing here is confirmed, no row has an e-mail address and no rule has a figure: named people add
these. `valid_from` is the date of the instrument that a row rests on. The policy is younger than the
Law that it applies (its clause 1.4), and no first date of it is known: its rules begin with that
Law, so that a record of an earlier day has a rule too, and a new version never ends before it began.
"""

from datetime import date, datetime, timedelta, timezone

from django.db import migrations

_TASHKENT = timezone(timedelta(hours=5))
_CYBERSECURITY_LAW = datetime(2022, 4, 15, tzinfo=_TASHKENT)

AUTHORITIES = [
    {
        "code": "center",
        "names": {
            "uz": "“Kiberxavfsizlik markazi” DUK",
            "uz-cyrl": "“Киберхавфсизлик маркази” ДУК",
            "ru": "ГУП «Центр кибербезопасности»",
            "en": "State Cybersecurity Center",
        },
        "addressees": {
            "uz": "“Kiberxavfsizlik markazi” DUKga",
            "uz-cyrl": "“Киберхавфсизлик маркази” ДУКга",
            "ru": "Государственному унитарному предприятию «Центр кибербезопасности»",
            "en": "To the State Unitary Enterprise “Cybersecurity Center”",
        },
        "address": "Toshkent shahri, Mirobod tumani, Taras Shevchenko koʻchasi, 20-uy",
        "phone": "+998 55 502 10 10",
        "source": (
            "Company policy, clause 4.3, names the “State Cybersecurity Center”. PP-4024 of 21 November 2018 and"
            " PP-4452 of 14 September 2019: the state unitary enterprise under the State Security Service is renamed"
            " Cyber Security Center; it runs UZCERT. Address and phone: UZCERT, RFC 2350 description, version 1.0,"
            " January 2023. A note of 2026 calls the Center a state institution: check its present legal form,"
            " address and phone on csec.uz and uzcert.uz."
        ),
        "confidence": "M",
        "valid_from": date(2019, 9, 14),
    },
    {
        "code": "personal-data",
        "names": {
            "uz": "Shaxsga doir maʼlumotlar sohasidagi vakolatli davlat organi",
            "uz-cyrl": "Шахсга доир маълумотлар соҳасидаги ваколатли давлат органи",
            "ru": "Уполномоченный государственный орган в сфере персональных данных",
            "en": "Authorised state body for personal data",
        },
        "addressees": {
            "uz": "Shaxsga doir maʼlumotlar sohasidagi vakolatli davlat organiga",
            "uz-cyrl": "Шахсга доир маълумотлар соҳасидаги ваколатли давлат органига",
            "ru": "Уполномоченному государственному органу в сфере персональных данных",
            "en": "To the authorised state body for personal data",
        },
        "source": (
            "Law ZRU-547 “On Personal Data” of 2 July 2019 speaks of an authorised state body. Which body that is today"
            " was not found: in 2023 and 2024 the Personalization Agency under the Ministry of Justice; UP-45 of"
            " 11 March 2025 and PP-14 of 19 January 2026 speak of a Department of Migration and Personalization of the"
            " Ministry of Internal Affairs. Ask a lawyer before writing to it. Company policy, clause 4.3: “other"
            " competent authorities”."
        ),
        "confidence": "L",
        "valid_from": date(2019, 7, 2),
    },
    {
        "code": "interior",
        "names": {
            "uz": "Oʻzbekiston Respublikasi Ichki ishlar vazirligi",
            "uz-cyrl": "Ўзбекистон Республикаси Ички ишлар вазирлиги",
            "ru": "Министерство внутренних дел Республики Узбекистан",
            "en": "Ministry of Internal Affairs",
        },
        "addressees": {
            "uz": "Oʻzbekiston Respublikasi Ichki ishlar vazirligiga",
            "uz-cyrl": "Ўзбекистон Республикаси Ички ишлар вазирлигига",
            "ru": "Министерству внутренних дел Республики Узбекистан",
            "en": "To the Ministry of Internal Affairs of the Republic of Uzbekistan",
        },
        "source": (
            "PP-153 of 30 April 2025: the Ministry coordinates the work against cybercrime. The clause on notifying it,"
            " and its time, were not found; law firms read the act as a duty of the financial sector. For signs of a"
            " crime. Company policy, clause 4.3: “other competent authorities”."
        ),
        "confidence": "M",
        "valid_from": date(2025, 4, 30),
    },
    {
        "code": "central-bank",
        "names": {
            "uz": "Oʻzbekiston Respublikasi Markaziy banki",
            "uz-cyrl": "Ўзбекистон Республикаси Марказий банки",
            "ru": "Центральный банк Республики Узбекистан",
            "en": "Central Bank",
        },
        "addressees": {
            "uz": "Oʻzbekiston Respublikasi Markaziy bankiga",
            "uz-cyrl": "Ўзбекистон Республикаси Марказий банкига",
            "ru": "Центральному банку Республики Узбекистан",
            "en": "To the Central Bank of the Republic of Uzbekistan",
        },
        "source": (
            "Minimum requirements of the Central Bank for banks, registered on 18 August 2025: on an external attack a"
            " bank notifies the Central Bank immediately. The clause was not read. They bind banks; a company that"
            " serves a bank tells that bank, so that it can notify."
        ),
        "confidence": "M",
        "valid_from": date(2025, 8, 18),
    },
]

_POLICY = "Cybersecurity policy of the company, revision of 3 May 2026, clause {}."

DUTIES = [
    {
        "code": "block",
        "basis": "policy",
        "citation": "4.1",
        "demand": {
            "uz": "Xavfsizlik hodisasi yoki uning belgilari aniqlanganda tahdid manbalarini darhol bloklash.",
            "uz-cyrl": "Хавфсизлик ҳодисаси ёки унинг белгилари аниқланганда таҳдид манбаларини дарҳол блоклаш.",
            "ru": "При обнаружении инцидента безопасности или его признаков незамедлительно заблокировать источники угрозы.",
            "en": "Upon detecting a security incident or signs of one, immediately block the sources of the threat.",
        },
        "source": _POLICY.format("4.1"),
        "confidence": "H",
    },
    {
        "code": "customers",
        "basis": "policy",
        "citation": "4.1",
        "demand": {
            "uz": "Maʼlumotlari hodisadan zarar koʻrgan mijozlarni darhol xabardor qilish.",
            "uz-cyrl": "Маълумотлари ҳодисадан зарар кўрган мижозларни дарҳол хабардор қилиш.",
            "ru": "Незамедлительно уведомить пострадавших клиентов, если затронуты их данные.",
            "en": "Immediately notify affected customers, if their data is affected.",
        },
        "source": (
            _POLICY.format("4.1") + " Law ZRU-547 of 2 July 2019, article 31, asks for written notice to a person only"
            " when data were changed, destroyed or access to them was restricted; no time is set there."
        ),
        "confidence": "H",
    },
    {
        "code": "center",
        "basis": "law",
        "citation": "ZRU-764",
        "demand": {
            "uz": (
                "Kiberhujumga uchragan axborot tizimining egasi hodisadan xabardor qiladi (qonun). Shaxsga doir"
                " maʼlumotlarga taalluqli yoki axborot infratuzilmasiga tahdid soladigan hodisalar haqida Markaz va"
                " boshqa vakolatli davlat organlari xabardor qilinadi (siyosat, 4.3-band). Muddat topilmagan."
            ),
            "uz-cyrl": (
                "Киберҳужумга учраган ахборот тизимининг эгаси ҳодисадан хабардор қилади (қонун). Шахсга доир"
                " маълумотларга тааллуқли ёки ахборот инфратузилмасига таҳдид соладиган ҳодисалар ҳақида Марказ ва"
                " бошқа ваколатли давлат органлари хабардор қилинади (сиёсат, 4.3-банд). Муддат топилмаган."
            ),
            "ru": (
                "Владелец информационной системы, подвергшейся кибератаке, уведомляет об инциденте (закон). Об"
                " инцидентах, затрагивающих персональные данные или угрожающих информационной инфраструктуре,"
                " уведомляются Центр и другие уполномоченные государственные органы (политика, пункт 4.3). Срок не"
                " найден."
            ),
            "en": (
                "The owner of an information system that came under a cyberattack notifies of the incident (Law). Of"
                " incidents that involve personal data or threaten the information infrastructure, the Center and"
                " other competent authorities are notified (policy, clause 4.3). No time limit was found."
            ),
        },
        "source": (
            "Law ZRU-764 “On Cybersecurity” of 15 April 2022, from a newspaper (fergana.agency, April 2022): article,"
            " time and form were not found. " + _POLICY.format("4.3")
        ),
        "confidence": "M",
        "authority_code": "center",
    },
    {
        "code": "center_final",
        "basis": "policy",
        "citation": "4.3",
        "demand": {
            "uz": (
                "Hodisaning oqibatlari va sababi aniqlangach, dastlabki xabarnomani yakuniy xabarnoma bilan toʻldirish."
                " Siyosatda alohida talab ham, muddat ham yoʻq."
            ),
            "uz-cyrl": (
                "Ҳодисанинг оқибатлари ва сабаби аниқлангач, дастлабки хабарномани якуний хабарнома билан тўлдириш."
                " Сиёсатда алоҳида талаб ҳам, муддат ҳам йўқ."
            ),
            "ru": (
                "Дополнить первичное уведомление итоговым, когда установлены последствия и причина инцидента. Отдельного"
                " требования и срока в политике нет."
            ),
            "en": (
                "Complete the initial notification by a final one when consequences and cause are established. The"
                " policy has no separate demand for it, and no time limit."
            ),
        },
        "source": (
            _POLICY.format("4.3") + " That notification comes in two phases is practice of comparable regimes (NIS2,"
            " article 23), not a rule that was found in Uzbekistan."
        ),
        "confidence": "L",
        "authority_code": "center",
    },
    {
        "code": "report",
        "basis": "policy",
        "citation": "4.2",
        "demand": {
            "uz": (
                "Kiberxavfsizlik boʻyicha masʼul xodim hodisa toʻgʻrisida hisobot tayyorlaydi va shunday hodisalarning"
                " oldini olish choralarini koʻradi."
            ),
            "uz-cyrl": (
                "Киберхавфсизлик бўйича масъул ходим ҳодиса тўғрисида ҳисобот тайёрлайди ва шундай ҳодисаларнинг олдини"
                " олиш чораларини кўради."
            ),
            "ru": (
                "Ответственный за кибербезопасность готовит отчёт об инциденте и принимает меры по предотвращению"
                " подобных инцидентов."
            ),
            "en": (
                "The cybersecurity officer prepares an incident report and takes measures to prevent similar incidents."
            ),
        },
        "source": _POLICY.format("4.2"),
        "confidence": "H",
    },
]


def install(apps, schema_editor):
    """Add what is missing; a row that people have changed since stays theirs."""
    authority, duty = apps.get_model("notifications", "Authority"), apps.get_model("notifications", "Duty")
    for row in AUTHORITIES:
        if not authority.objects.filter(code=row["code"]).exists():
            authority.objects.create(**row)
    for row in DUTIES:
        if not duty.objects.filter(code=row["code"]).exists():
            duty.objects.create(version=1, valid_from=_CYBERSECURITY_LAW, **row)


def remove(apps, schema_editor):
    """Take away what nobody has touched or used."""
    authority, duty = apps.get_model("notifications", "Authority"), apps.get_model("notifications", "Duty")
    for row in AUTHORITIES:
        authority.objects.filter(
            **row, version=0, email="", valid_to=None, confirmed_at=None, letters__isnull=True
        ).delete()
    for row in DUTIES:
        if duty.objects.filter(code=row["code"]).count() == 1:
            duty.objects.filter(
                **row, version=1, valid_to=None, target_minutes=None, changed_by=None, confirmed_at=None
            ).delete()


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
