"""Model fields whose text is clean by `full_clean()`, whichever door it came in by."""

from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models

from core.text import plain_line, plain_text


class LineField(models.CharField):  # type: ignore[type-arg]
    """One line of text without control characters."""

    default_validators = [plain_line]


class ProseField(models.TextField):  # type: ignore[type-arg]
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
