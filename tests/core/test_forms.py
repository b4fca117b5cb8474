from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from core import files, forms
from core.models import DraftFile


class Sample(forms.BaseForm):
    title = forms.Line(max_length=10)
    story = forms.Prose(max_length=30, required=False)
    at = forms.Moment(required=False)
    day = forms.Day(required=False)
    count = forms.Number(required=False)
    email = forms.Email(required=False)


class Files(forms.FilesForm):
    most_files = 2
    title = forms.Line()
    files = forms.Uploads(required=False)

    def clean_files(self) -> list[DraftFile]:
        return self.keep_uploads("files")


class Versioned(forms.VersionedForm):
    name = forms.Line()
    note = forms.Prose(required=False)


def form(**data: str) -> Sample:
    return Sample({"title": "x", **data})


def errors(**data: str) -> list[str]:
    return [words for name in data for words in form(**data).errors.get(name, [])]


def test_a_text_too_long_is_counted_for_the_person_and_not_cut():
    assert errors(title="x" * 12) == ["Shorten the text to 10 characters. It has 12."]
    assert "maxlength" not in str(form()["title"])


@pytest.mark.parametrize("address", ["ıvan@one.example", "maſha@one.example", "a@" + "я" * 63 + ".example"])
def test_an_address_that_no_mail_reaches_is_refused(address):
    assert errors(email=address) == [f"“{address}” is not an address that mail can reach."]


def test_an_address_with_two_faults_is_refused_once():
    assert errors(email="иван") == ["Write the e-mail address as name@company.example."]
    assert errors(email="ivan@почта.example") == []


def test_a_control_character_is_refused_by_every_field_of_text():
    assert "U+000B" in errors(title="a\x0bb")[0]
    assert "U+202E" in errors(story="a\u202eb")[0]
    assert errors(email="a\x1cb@c.example")


def test_lines_of_every_system_become_newlines():
    sent = form(story="one\r\ntwo\rthree")

    assert sent.is_valid()
    assert sent.cleaned_data["story"] == "one\ntwo\nthree"


def test_a_moment_is_read_and_the_future_is_refused_after_a_minute_of_grace(clock):
    clock.set("2026-07-16 14:32:30")

    sent = form(at="16.07.2026 14:32")
    assert sent.is_valid()
    assert sent.cleaned_data["at"] == datetime(2026, 7, 16, 9, 32, tzinfo=UTC)
    assert form(at="16.07.2026 14:33").is_valid()
    assert errors(at="16.07.2026 14:34") == ["This moment lies in the future. Check day and time."]


def test_a_day_and_a_grouped_number_are_read():
    sent = form(day="16.07.2026", count="18\u00a0402")

    assert sent.is_valid()
    assert sent.cleaned_data["day"] == date(2026, 7, 16)
    assert sent.cleaned_data["count"] == 18_402


@pytest.mark.parametrize("count", ["-1", "2000000001", "9" * 5000, "x", "1.5", "²"])
def test_a_wrong_number_is_refused_in_words(count):
    assert errors(count=count)


@given(st.dictionaries(st.sampled_from(list(Sample.base_fields)), st.text(st.characters(codec=None), max_size=60)))
def test_whatever_is_typed_ends_in_values_or_in_words(data):
    sent = Sample(data)

    assert sent.is_valid() or all(words for problems in sent.errors.values() for words in problems)


def test_each_drawing_of_a_form_has_its_own_key():
    first, second = Sample(), Sample()

    assert first["form_key"].value() != second["form_key"].value()


KEY = "12345678-1234-4234-8234-123456789012"


def key_of(data: str, *uploads: SimpleUploadedFile) -> object:
    sent = Sample(QueryDict(f"form_key={KEY}&{data}"), MultiValueDict({"files": list(uploads)}))
    assert sent.is_valid()
    return sent.key


def test_a_second_click_has_the_key_of_the_first():
    assert key_of("title=x&csrfmiddlewaretoken=1", text_file()) == key_of("title=x&csrfmiddlewaretoken=2", text_file())


@pytest.mark.parametrize(("data", "name"), [("title=y", "a.txt"), ("title=x&title=x", "a.txt"), ("title=x", "b.txt")])
def test_other_words_or_files_under_the_same_key_are_another_sending(data, name):
    assert key_of(data, text_file(name)) != key_of("title=x", text_file("a.txt"))


@pytest.mark.parametrize("field", [forms.Moment, forms.Day])
def test_spaces_are_no_date(field):
    assert field(required=False).clean("  \u00a0") is None
    with pytest.raises(ValidationError) as refused:
        field().clean("   ")
    assert refused.value.code == "required"


def test_a_broken_key_counts_as_none():
    sent = form(form_key="not a key")
    sent.is_valid()

    assert sent.key is None


# --- somebody was faster -------------------------------------------------------------------------


def test_a_conflict_shows_what_differs_and_sending_again_is_a_decision():
    sent = Versioned(QueryDict("name=mine&note=same&version=3"))
    assert sent.is_valid()

    context = sent.against({"name": "theirs", "note": "same"}, version=4)

    assert [(field.name, theirs) for field, theirs in context["differing"]] == [("name", "theirs")]
    assert [field.name for field in context["same"]] == ["note"]
    assert sent["version"].value() == "4"
    assert sent["name"].value() == "mine"  # no word is lost


@pytest.mark.parametrize("version", ["", "x", "-1"])
def test_a_form_without_its_version_is_refused(version):
    assert not Versioned({"name": "x", "version": version}).is_valid()


# --- files ---------------------------------------------------------------------------------------


def files_form(*uploads: SimpleUploadedFile, owner: str = "1", data: str = "") -> Files:
    found = {}
    if uploads:
        data_files = QueryDict(mutable=True)
        data_files.setlist("files", list(uploads))
        found = data_files
    return Files(QueryDict(data), found, owner=owner)


def text_file(name: str = "a.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"some words")


@pytest.mark.django_db
def test_a_good_file_stays_when_another_field_is_refused():
    first = files_form(text_file())
    assert not first.is_valid()  # the title is missing
    kept = first.drafts[0]

    second = files_form(data=f"title=x&kept={kept.pk}")

    assert second.is_valid()
    assert second.cleaned_data["files"] == [kept]


@pytest.mark.django_db
def test_nobody_takes_the_draft_of_another_person():
    kept = files.keep(text_file(), owner="1", allowed=files.EVIDENCE)

    stranger = files_form(owner="2", data=f"title=x&kept={kept.pk}&kept=rubbish")

    assert stranger.is_valid()
    assert stranger.cleaned_data["files"] == []


@pytest.mark.django_db
def test_a_bad_file_is_named_and_the_good_one_beside_it_is_kept():
    sent = files_form(text_file("good.txt"), SimpleUploadedFile("bad.exe", b"MZ\0\0"), data="title=x")

    assert not sent.is_valid()
    assert "bad.exe" in sent.errors["files"][0]
    assert [draft.name for draft in sent.drafts] == ["good.txt"]


@pytest.mark.django_db
def test_more_files_than_allowed_are_refused():
    sent = files_form(*[text_file(f"{n}.txt") for n in range(3)], data="title=x")

    assert not sent.is_valid()
    assert sent.errors["files"] == ["Add at most 2 files."]
