"""Looks: what the values of a column look like, counted over all of them; nothing is concluded from a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from procmine.engines.duckdb import DuckDB, literal
from procmine.read.times.parsing import DATE_SHAPES, SHAPES

KINDS = (
    "empty", "constant", "whole", "decimal", "date", "time", "offset_time", "code", "identifier", "text",
)  # fmt: skip
# Forms a value can have, the first that fits. The built-in times are those the reader reads without a declaration.
_DAY = r"\d{1,2}([./-])\d{1,2}[./-]"
_CLOCK = r"[T ,]{1,2}\d{1,2}:\d{2}(:\d{2}([.,]\d{1,9})?)?( ?[AaPp][Mm])?( Uhr)?"
FORMS = {
    **SHAPES,
    "number_date": rf"{_DAY}(\d{{4}}|\d{{2}})",
    "number_time": rf"{_DAY}(\d{{4}}|\d{{2}}){_CLOCK}",
    "year_first_date": r"\d{4}[./-]\d{1,2}[./-]\d{1,2}",
    "year_first_time": rf"\d{{4}}[./-]\d{{1,2}}[./-]\d{{1,2}}{_CLOCK}",
    "month_name_date": r"\d{1,2}[-. ]\p{L}{3}[-. ]\d{4}",
    "month_name_time": rf"\d{{1,2}}[-. ]\p{{L}}{{3}}[-. ]\d{{4}}{_CLOCK}",
    "compact_date": r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])",
    "compact_time": r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[T_ ]?([01]\d|2[0-3])[0-5]\d([0-5]\d)?",
    "uuid": r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?",
    "padded": r"0\d{1,30}",
    "whole": r"[+-]?\d{1,18}",
    "decimal": r"[+-]?\d{1,15}[.,]\d{1,15}([eE][+-]?\d{1,3})?|[+-]?\d{1,3}([.]\d{3})+,\d+|[+-]?\d{1,3}(,\d{3})+[.]\d+",
    "mail_address": r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}",
    "person_name": r"\p{Lu}[\p{L}' -]+, ?\p{Lu}[\p{L}' -]+",
    "token": r"[^\s]{1,64}",
}
OFFSETS = frozenset(name for name in SHAPES if name.endswith("offset"))
DATES = frozenset({*DATE_SHAPES, "number_date", "year_first_date", "month_name_date", "compact_date"})
_CLOCKED = {"number_time", "year_first_time", "month_name_time", "compact_time"}
TIMES = frozenset({*SHAPES} - DATES - OFFSETS | _CLOCKED)
PERSONAL = frozenset({"mail_address", "person_name"})
NUMBERS = frozenset({"whole", "padded", "decimal"})
MOSTLY = 0.95  # a column is of a kind if so many of its values are
MANY = 0.8  # of times fewer are enough: words for "not said" often stand among them
SHOWN = 30  # values of a column with at most so many are codes, and are shown
LABELS = 1_000  # more distinct values are no labels of activities
LONGEST_LABEL = 120


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a column and its rows."""

    text: str
    rows: int


@dataclass(frozen=True, slots=True)
class Form:
    """One form of the values: its name (one of FORMS, or text), its rows and its share of what is filled."""

    name: str
    rows: int
    share: float


@dataclass(frozen=True, slots=True)
class Looks:
    """A column's values: ``rows`` in all and ``empty`` ones, how many are distinct, how long they are, their forms, and
    the most frequent masks (digits 9, letters x). ``labels`` are the values where they are few enough to be codes or
    labels; who shows them asks first whether the column is about persons."""

    kind: str
    rows: int
    empty: int
    distinct: int
    shortest: int
    longest: int
    forms: tuple[Form, ...]
    masks: tuple[Value, ...]
    labels: tuple[Value, ...] = field(default=(), repr=False)

    @property
    def filled(self) -> int:
        """Rows with a value."""
        return self.rows - self.empty

    @property
    def time_like(self) -> bool:
        """Whether the values are days or times."""
        return self.kind in ("date", "time", "offset_time")

    def share(self, names: frozenset[str]) -> float:
        """The share of the filled rows that has one of these forms."""
        return sum(form.share for form in self.forms if form.name in names)


def mask(text: str) -> str:
    """What may be shown of a value: its form.

    >>> mask("Müller, 0176-12")
    'xxxxxx, 9999-99'
    """
    return "".join("9" if sign.isnumeric() else "x" if sign.isalpha() else sign for sign in text)


def look(engine: DuckDB, table: str, cell: str) -> Looks:
    """Count the values of ``cell`` in the raw ``table``."""
    engine.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE seen AS SELECT {cell} AS v, count(*) AS n FROM {table} "
        f"WHERE {cell} <> '' GROUP BY 1"
    )
    rows = int(engine.run(f"SELECT count(*) FROM {table}")[0][0])
    distinct, filled, shortest, longest = (
        int(number)
        for number in engine.run(
            "SELECT count(*), coalesce(sum(n), 0), coalesce(min(length(v)), 0), coalesce(max(length(v)), 0) FROM seen"
        )[0]
    )
    forms = tuple(Form(str(name), int(count), int(count) / filled) for name, count in engine.run(_forms()))
    kind = _kind(forms, distinct, filled, longest)
    labels: tuple[Value, ...] = ()
    if 0 < distinct <= LABELS and longest <= LONGEST_LABEL and kind not in ("date", "time", "offset_time", "decimal"):
        labels = _values(engine, "SELECT v, n FROM seen ORDER BY n DESC, v")
    masked = "regexp_replace(regexp_replace(left(v, 60), '\\p{L}', 'x', 'g'), '\\p{N}', '9', 'g')"
    masks = _values(engine, f"SELECT {masked} AS m, sum(n) FROM seen GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3")
    return Looks(kind, rows, rows - filled, distinct, shortest, longest, forms, masks, labels)


def _values(engine: DuckDB, sql: str) -> tuple[Value, ...]:
    return tuple(Value(str(text), int(rows)) for text, rows in engine.run(sql))


def _forms() -> str:
    tests = " ".join(
        f"WHEN regexp_full_match(v, {literal(pattern)}) THEN {literal(name)}" for name, pattern in FORMS.items()
    )
    return f"SELECT CASE {tests} ELSE 'text' END AS form, sum(n) FROM seen GROUP BY 1 ORDER BY 2 DESC, 1"


def _kind(forms: Sequence[Form], distinct: int, filled: int, longest: int) -> str:
    share = {form.name: form.share for form in forms}

    def mostly(*names: str, least: float = MOSTLY) -> bool:
        return sum(share.get(name, 0.0) for name in names) >= least

    if not filled:
        return "empty"
    if mostly(*OFFSETS, least=MANY):
        return "offset_time"
    if mostly(*DATES, least=MANY):
        return "date"
    if mostly(*OFFSETS, *DATES, *TIMES, least=MANY):
        return "time"
    if distinct == 1:
        return "constant"
    if mostly("uuid"):
        return "identifier"
    if mostly("whole", "padded"):
        return "identifier" if share.get("padded", 0.0) > 0.05 else "whole"
    if mostly("whole", "decimal"):
        return "decimal"
    if longest <= LONGEST_LABEL and (distinct <= SHOWN or (distinct <= LABELS and 10 * distinct <= filled)):
        return "code"
    return "identifier" if mostly("token", "whole", "padded", "uuid") else "text"
