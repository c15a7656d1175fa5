"""What a branch, its options and its levels are called: by content, in the reader's words, never a number of a node."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from procmine.model import Branch, Level, Option, Weighted
from procmine.report.words import Words

MOST_NAMES = 3
Label = Callable[[str], str]


def branch_name(branch: Branch, words: Words, label: Label) -> str:
    """After which step, and what is asked there."""
    if not branch.after:
        return words.text("branches.at_start")
    return words.text(f"branches.after.{branch.kind}", steps=_either(branch.after, False, words, label))


def option_name(option: Option, words: Words, label: Label) -> str:
    """What an option is: its first steps, or what comes next where it is silent."""
    if option.kind in ("other", "end"):
        return words.text(f"branches.option.{option.kind}")
    steps = _either(option.steps, option.ends, words, label)
    return words.text(f"branches.option.{option.kind}", steps=steps) if steps else words.text("branches.option.on")


def _either(names: Sequence[str], ends: bool, words: Words, label: Label) -> str:
    """A, B or C; of many the first three and that there are more."""
    said = [label(name) for name in names[:MOST_NAMES]]
    if len(names) > MOST_NAMES:
        said[-1:] = [said[-1], words.text("branches.more", count=words.number(len(names) - MOST_NAMES))]
    said += [words.text("branches.end")] if ends else []
    if len(said) < 2:
        return "".join(said)
    return f"{', '.join(said[:-1])} {words.text('lists.or')} {said[-1]}"


def level_name(level: Level, words: Words, label: Label) -> str:
    """A level's own words; a code's as in the vocabulary."""
    if level.kind in ("other", "not_recorded"):
        return words.text(f"branches.level.{level.kind}")
    given = level.title.get(words.language)
    return given if given else label(level.name)


def share_of(value: float | None, words: Words, digits: int) -> str:
    """A share of the uncertainty; what chance alone would give is none."""
    return words.text("report.dash") if value is None else words.percent(max(0.0, value), digits)


def claimed(branch: Branch, value: float | None, words: Words, digits: int) -> str:
    """A branch's share as far as it may be claimed: at least so much where data are sparse."""
    shown = share_of(value, words, digits)
    return (
        words.text("branches.at_least", share=shown) if branch.status == "lower_bound" and value is not None else shown
    )


def p_of(p: float, words: Words, digits: int) -> str:
    """How often chance does as well, in so many digits; never 0."""
    least = 10.0**-digits
    return f"< {words.number(least, digits)}" if p < least else words.number(p, digits)


def standing_of(branch: Branch, words: Words) -> str:
    """The blocks whose share stands up to the number of branches looked at."""
    parts = (("voice", branch.voice), ("profile", branch.profile), ("organisation", branch.organisation))
    named = [words.text(f"branches.column.{name}") for name, part in parts if part is not None and part.stands]
    return ", ".join(named) if named else words.text("report.dash")


def span_of(interval: tuple[float, float] | None, words: Words, digits: int) -> str:
    """An interval in per cent, held to 0 and 1."""
    if interval is None:
        return words.text("report.dash")
    low, high = (min(1.0, max(0.0, bound)) for bound in interval)
    return f"{words.number(100 * low, digits)}–{words.percent(high, digits)}"


def sort_name(weighted: Weighted, words: Words) -> str:
    """Which branches are taken together."""
    return words.text(f"branches.sort.{weighted.sort}")
