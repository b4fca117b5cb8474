"""What people of the demo wrote: notices in four languages, fields of letters, lines of logs."""

CONTACTS = {
    "uz": {
        "what_happened": "Begona shaxs eski hamkor hisobining paroli bilan boshqaruv paneliga kirdi va aloqa roʻyxatini bir marta yuklab oldi.",
        "what_data": "{customer}: {count} nafar oʻquvchining ismi, telefon raqami va kurs nomi. Parollar va toʻlov maʼlumotlari bu roʻyxatda yoʻq edi.",
        "what_we_did": "Hisobni yopdik, uning barcha seanslarini tugatdik, kirish manzilini blokladik va hamkorlar uchun yuklab olishni oʻchirib qoʻydik.",
        "what_to_do": "Oʻquvchilar va ota-onalarni ogohlantiring: sizning yoki bizning nomimizdan kod yoki pul soʻragan qoʻngʻiroqlarga ishonmasinlar.",
        "what_next": "Tekshiruv davom etmoqda. Yangi narsa aniqlansa, darhol yozamiz; natijasini albatta xabar qilamiz.",
    },
    "uz-cyrl": {
        "what_happened": "Бегона шахс эски ҳамкор ҳисобининг пароли билан бошқарув панелига кирди ва алоқа рўйхатини бир марта юклаб олди.",
        "what_data": "{customer}: {count} нафар ўқувчининг исми, телефон рақами ва курс номи. Пароллар ва тўлов маълумотлари бу рўйхатда йўқ эди.",
        "what_we_did": "Ҳисобни ёпдик, унинг барча сеансларини тугатдик, кириш манзилини блокладик ва ҳамкорлар учун юклаб олишни ўчириб қўйдик.",
        "what_to_do": "Ўқувчилар ва ота-оналарни огоҳлантиринг: сизнинг ёки бизнинг номимиздан код ёки пул сўраган қўнғироқларга ишонмасинлар.",
        "what_next": "Текширув давом этмоқда. Янги нарса аниқланса, дарҳол ёзамиз; натижасини албатта хабар қиламиз.",
    },
    "ru": {
        "what_happened": "Посторонний вошёл в панель управления с паролем старой учётной записи партнёра и один раз выгрузил список контактов.",
        "what_data": "{customer}: имена, телефоны и названия курсов, учащихся: {count}. Паролей и платёжных данных в этом списке не было.",
        "what_we_did": "Мы закрыли учётную запись, завершили все её сеансы, заблокировали адрес входа и отключили выгрузку для партнёров.",
        "what_to_do": "Предупредите учащихся и родителей: не верить звонкам, в которых от вашего или нашего имени просят код или деньги.",
        "what_next": "Расследование продолжается. Если выяснится что-то новое, мы сразу напишем; об итогах сообщим обязательно.",
    },
    "en": {
        "what_happened": "Somebody signed in to the admin panel with the password of an old partner account and exported the contact list once.",
        "what_data": "{customer}: names, phone numbers and course names of {count} students. Passwords and payment data were not in that list.",
        "what_we_did": "We closed the account, ended all its sessions, blocked the address it came from and switched off exports for partners.",
        "what_to_do": "Warn students and parents: do not trust calls that ask for a code or for money in your name or in ours.",
        "what_next": "The investigation goes on. We write at once when we learn more, and we will tell you how it ended.",
    },
}  # fmt: skip

KEY = {
    "uz": {
        "what_happened": "Hamkorimizning API kaliti ochiq omborga tushib qolgan. Begona shaxs shu kalit bilan oʻquvchilar roʻyxatini oʻqidi.",
        "what_data": "{customer}: {count} nafar oʻquvchining ismi va kurs nomi. Telefon raqamlari, parollar va toʻlovlar koʻrinmagan.",
        "what_we_did": "Kalitni bekor qildik va u ishlamasligini tekshirdik. Hamkorga yangi kalit berildi.",
        "what_to_do": "Sizdan hech narsa talab qilinmaydi. Oʻquvchilar nomidan shubhali xat kelsa, bizga yuboring.",
        "what_next": "Kalitlarni hamkorlarning tarmoqlariga bogʻlaymiz. Tekshiruv natijasini xabar qilamiz.",
    },
    "uz-cyrl": {
        "what_happened": "Ҳамкоримизнинг API калити очиқ омборга тушиб қолган. Бегона шахс шу калит билан ўқувчилар рўйхатини ўқиди.",
        "what_data": "{customer}: {count} нафар ўқувчининг исми ва курс номи. Телефон рақамлари, пароллар ва тўловлар кўринмаган.",
        "what_we_did": "Калитни бекор қилдик ва у ишламаслигини текширдик. Ҳамкорга янги калит берилди.",
        "what_to_do": "Сиздан ҳеч нарса талаб қилинмайди. Ўқувчилар номидан шубҳали хат келса, бизга юборинг.",
        "what_next": "Калитларни ҳамкорларнинг тармоқларига боғлаймиз. Текширув натижасини хабар қиламиз.",
    },
    "ru": {
        "what_happened": "Ключ API нашего партнёра оказался в открытом репозитории. Посторонний прочитал с ним список учащихся.",
        "what_data": "{customer}: имена и названия курсов, учащихся: {count}. Телефоны, пароли и платежи видны не были.",
        "what_we_did": "Мы отозвали ключ и проверили, что он не работает. Партнёру выдан новый ключ.",
        "what_to_do": "От вас ничего не требуется. Если придут подозрительные письма от имени учащихся, перешлите их нам.",
        "what_next": "Мы привяжем ключи к сетям партнёров и сообщим об итогах проверки.",
    },
    "en": {
        "what_happened": "An API key of one of our partners stood in a public repository. Somebody read the student list with it.",
        "what_data": "{customer}: names and course names of {count} students. Phone numbers, passwords and payments could not be seen.",
        "what_we_did": "We revoked the key and checked that it is refused. The partner has a new key.",
        "what_to_do": "Nothing is needed from you. If strange mails come in the name of students, please forward them to us.",
        "what_next": "We will bind keys to the partners' networks, and tell you how the investigation ended.",
    },
}  # fmt: skip

KEY_LETTER = {
    "sector": "Taʼlim uchun dasturiy taʼminot",
    "description": "Hamkorning API kaliti ochiq omborda turgan; shu kalit bilan oʻquvchilar roʻyxati oʻqilgan (412 ta soʻrov).",
    "malicious": "Ha: kalitga ega boʻlmagan shaxs undan foydalangan.",
    "services": "Hamkorlar uchun API",
}
KEY_LETTER_FINAL = {
    **KEY_LETTER,
    "told": "6 mijozning barchasiga oʻsha kuni elektron pochta orqali xabar berildi.",
    "lessons": "Tarmoq boʻyicha cheklanmagan kalitlar bekor qilinadi; ochiq omborlar har kecha tekshiriladi.",
}
CONTACTS_LETTER = {
    "sector": "Taʼlim uchun dasturiy taʼminot",
    "description": (
        "Eski hamkor hisobining paroli bilan boshqaruv paneliga kirilgan va aloqa roʻyxati bir marta yuklab olingan."
    ),
    "malicious": "Ha: begona shaxs oʻzganing hisobidan foydalangan.",
    "services": "Boshqaruv paneli",
    "indicators": "198.51.100.23",
}

GATEWAY_LOG = "".join(
    f'203.0.113.77 - - "GET /v1/students?page={page} HTTP/1.1" 200 {9000 + page * 7}\n' for page in range(1, 413)
)
ADMIN_LOG = (
    '198.51.100.23 - partner-erp "POST /admin/sign-in HTTP/1.1" 302 0\n'
    '198.51.100.23 - partner-erp "GET /admin/students HTTP/1.1" 200 18233\n'
    '198.51.100.23 - partner-erp "GET /admin/students/export HTTP/1.1" 200 2419044\n'
    '198.51.100.23 - partner-erp "GET /admin/sign-out HTTP/1.1" 302 0\n'
)
