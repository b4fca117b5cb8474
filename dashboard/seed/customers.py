"""The directory of the demo: schools and courses that use the company's service."""

from accounts.models import User
from core import clock
from customers.models import Customer
from customers.services import directory
from dashboard.seed.moments import Moments

_NAMES = (
    "Bilim Maskani", "Yangi Avlod", "Ziyo Nuri", "Ilm Chirogʻi", "Zamonaviy Maktab", "Kelajak Kasblari",
    "Til va Taʼlim", "Oltin Qalam", "Mehr Bogʻchasi", "Raqamli Dunyo", "Registon Kurslari", "Buxoro Oʻquv Markazi",
    "Fargʻona Fan Klubi", "Xorazm Akademiyasi", "Orol Kolleji", "Navoiy Texnikumi", "Шаҳрисабз Ўқув Маркази",
    "Андижон Зиё", "Қўқон Илм Уйи", "Термиз Маърифат", "Марғилон Ҳунар Мактаби", "Жиззах Келажак",
    "Учебный центр «Пример»", "Школа «Образец»", "Лингвистический центр «Слово»", "Академия «Логика»",
    "Детский центр «Радуга»", "Школа программирования «Код»", "Sample English School", "Example Academy",
    "Silk Road Tutors", "Tashkent Test Prep", "Open Class", "Bright Minds", "Umid Taʼlim", "Nihol Studiyasi",
    "Sharq Kurslari", "Anor Akademiya", "Chashma Maktabi", "Yulduz Oʻquv Markazi",
)  # fmt: skip
_PEOPLE = {
    "uz": ("Gulnora Rashidova", "Shavkat Umarov", "Zilola Hamidova", "Otabek Yoʻldoshev"),
    "uz-cyrl": ("Гулчеҳра Назарова", "Илҳом Қосимов", "Ўктам Ғаниев"),
    "ru": ("Ольга Ким", "Тимур Ахмедов", "Анна Петрова"),
    "en": ("James Miller", "Laura Schmidt"),
}


def fill(moments: Moments, *, by: User) -> list[Customer]:
    """Forty customers; every fifth has a second contact, one has a phone only."""
    found = []
    with clock.at(moments.on(57, 10)):
        for number, name in enumerate(_NAMES, start=1):
            values = {"name": name, "contract_number": f"N-{number:03d}/24"}
            customer = directory.add_customer(by=by, values=values)
            found.append(customer)
            for place in range(2 if number % 5 == 0 else 1):
                directory.add_contact(customer, by=by, values=_contact(number, place, name))
    return found


def _contact(number: int, place: int, name: str) -> dict[str, object]:
    language = _language(name, number) if place == 0 else ("ru" if number % 2 else "uz")
    names = _PEOPLE[language]
    has_mail = number != 13
    return {
        "name": names[(number + place) % len(names)],
        "role": "Director" if place == 0 else "Administrator",
        "email": f"{'director' if place == 0 else 'admin'}@customer{number:02d}.example" if has_mail else "",
        "phone": f"+998 90 000 {number:02d} 0{place}",
        "language": language,
    }


def _language(name: str, number: int) -> str:
    if any("\u0400" <= letter <= "\u04ff" for letter in name):
        return "uz-cyrl" if any(letter in "ҚқҒғҲҳЎў" for letter in name) or number < 23 else "ru"
    return "en" if name.isascii() and " " in name and number in range(29, 35) else "uz"
