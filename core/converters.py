"""Parts of addresses."""


class NumberConverter:
    """A number within an incident. Longer digits would overflow the database's integers."""

    regex = "[0-9]{1,8}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
