"""Model fields whose text is clean by `full_clean()`, whichever door it came in by."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.core.validators import MaxLengthValidator
from django.db import models

from core.text import plain_line, plain_text

_Set = TypeVar("_Set")
_Get = TypeVar("_Get")

if TYPE_CHECKING:
    from django.db.models import CharField, TextField
else:

    class _Typed:
        """Takes type arguments, which Django's fields know only in their stubs."""

        def __class_getitem__(cls, types: Any) -> type[Self]:
            return cls

    class CharField(_Typed, models.CharField):
        pass

    class TextField(_Typed, models.TextField):
        pass


class LineField(CharField[_Set, _Get]):
    """One line of text without control characters."""

    default_validators = [plain_line]


class ProseField(TextField[_Set, _Get]):
    """Lines of text without control characters but newline and tab, at most `limit` characters."""

    default_validators = [plain_text]

    def __init__(self, *args: Any, limit: int = 20_000, **kwargs: Any) -> None:
        self.limit = limit
        super().__init__(*args, **kwargs)
        self.validators.append(MaxLengthValidator(limit))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.limit != 20_000:
            kwargs["limit"] = self.limit
        return name, path, args, kwargs
