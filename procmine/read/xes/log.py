"""Where the XES parser is in a log, and what the open trace and event have said so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from xml.parsers import expat

from procmine.errors import InputError
from procmine.read.limits import LIMITS
from procmine.read.raw import Refused, kept_text
from procmine.read.xes.part import NAME, Part
from procmine.read.xes.rows import EventTable

VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
TYPES = VALUES | {"list", "container"}
# What the log element holds besides traces; none of it is an event's data.
FRAME = frozenset({"extension", "global", "classifier"})
LIST_SIGN = "|"


class Log:
    """Where the parser is in the log, and what the open trace and event have said so far."""

    def __init__(self, name: str, events: EventTable, put_down: Callable[[Sequence[Refused]], None]) -> None:
        self.name, self.events, self.put_down = name, events, put_down
        self.refused: list[Refused] = []
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.XmlDeclHandler = self._declaration
        parser.ProcessingInstructionHandler = self._instruction
        self.probed = False  # whether the quick way's probe has come out
        self.line_of_probe = 0
        self.removed_lines = 0  # line ends of traces the quick way took, which expat never saw
        self.encoding, self.encoding_how = "utf-8", "XML without a declared encoding is UTF-8"
        self.space = ""  # namespace of the root, with the blank expat puts after it
        self.depth = 0
        self.skipping = 0  # depth of the element whose content is not taken
        self.in_trace = self.in_event = False
        self.line = 0
        self.path: list[tuple[str, str]] = []  # the open attributes: type and column
        self.here: dict[str, str] = {}  # attributes of what is open: the event, else the trace
        self.trace: dict[str, str] = {}
        self.fault: tuple[str, str | None] | None = None
        self.trace_fault: tuple[str, str | None] | None = None
        self.surplus: list[str] = []
        self.counts: Counter[str] = Counter()
        self.log_keys: list[str] = []

    def _doctype(self, *_: Any) -> None:
        raise InputError(
            "The file declares a DOCTYPE. No event log needs one, and it can pull in other files.",
            where=f"{self.name}:{self.file_line()}",
            hint="Remove it or export again.",
        )

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding:
            self.encoding, self.encoding_how = encoding, "declared"

    def _instruction(self, target: str, data: str) -> None:
        if target == "procmine":
            self.probed, self.line_of_probe = True, self.file_line()

    @property
    def between_traces(self) -> bool:
        """Whether the log is open and nothing in it."""
        return self.depth == 1 and not self.skipping

    def take(self, part: Part) -> None:
        """Keep traces the quick way found plain; expat never sees them."""
        self.events.add_part(part)
        self.removed_lines += part.line_ends
        self.counts["Trace without events"] += part.without_events
        self.counts["Trace without concept:name"] += part.traces - len(part.names.rows)

    def file_line(self) -> int:
        """The line of the file the parser is at."""
        return self.parser.CurrentLineNumber + self.removed_lines

    def _start(self, tag: str, given: dict[str, str]) -> None:
        self.depth += 1
        if self.skipping:
            if self.depth > LIMITS.xml_depth:
                raise self._bad(f"Elements are nested deeper than {LIMITS.xml_depth}.")
            if tag == f"{self.space}event":
                raise self._bad("An event stands inside an element that is no trace.")
            return
        space = self.space
        if space and tag.startswith(space):
            tag = tag[len(space) :]
        if self.in_event or (self.in_trace and (tag != "event" or self.path)):
            if tag in ("event", "trace"):
                raise self._bad(f"<{tag}> stands inside an open {'event' if self.in_event else 'trace'}.")
            self._attribute(tag, given)
        elif tag == "event":
            self._start_event()
        elif tag == "trace" and self.depth == 2:
            self.in_trace = True
            self.here, self.path = self.trace, []
            self.fault, self.surplus = None, []
        else:
            self._frame(tag, given)

    def _frame(self, tag: str, given: dict[str, str]) -> None:
        """The root and what stands beside the traces."""
        if self.depth == 1:
            self.space, _, local = tag.rpartition(" ")
            self.space += " " if self.space else ""
            if local != "log":
                raise self._bad(f"The root element is {local!r}, not 'log'.", "This is not an XES file.")
            return
        if tag in TYPES:
            self.log_keys.append(given.get("key", ""))
        elif tag not in FRAME:
            self.counts[f"Element <{tag}> beside the traces is not part of XES and was not taken"] += 1
        self.skipping = self.depth

    def _start_event(self) -> None:
        self.in_event = True
        self.line = self.file_line()
        if self.in_trace:
            self.trace_fault = self.trace_fault or self.fault
        self.here, self.path = {}, []
        self.fault = None if self.in_trace else ("event_outside_trace", None)
        self.surplus = []

    def _attribute(self, tag: str, given: dict[str, str]) -> None:
        """An attribute of the open event or trace, nested ones under their parent's column."""
        if " " in tag:
            self.counts["Element of a foreign namespace was not taken"] += 1
            self.skipping = self.depth
            return
        if len(self.path) and tag == "values" and self.path[-1][0] == "list":
            self.path.append(("values", self.path[-1][1]))
            return
        if self.depth > LIMITS.xml_depth:
            raise self._bad(f"Elements are nested deeper than {LIMITS.xml_depth}.")
        key = given.get("key")
        value = given.get("value")
        column = self._column(tag, key)
        self.path.append((tag, column))
        if tag not in TYPES or key is None or (value is None and tag in VALUES):
            self.fault = self.fault or (
                "unknown_type" if tag not in TYPES else "no_key" if key is None else "no_value",
                column,
            )
            self.surplus.append(f"<{tag} {given}>")
            return
        if value is None or tag not in VALUES:
            if tag == "list":
                self.here.setdefault(column, "")
            return
        if len(value) > LIMITS.field_bytes:
            self.fault, value = self.fault or ("field_too_long", column), value[:100] + "…"
        here = self.here
        if len(self.path) > 1 and self.path[-2][0] == "values":
            before = here.get(column)
            here[column] = f"{before}{LIST_SIGN}{value}" if before else value
            if LIST_SIGN in value:
                self.fault = self.fault or ("list_separator_in_value", column)
        elif column in here:
            self.fault = self.fault or ("duplicate_key", column)
            self.surplus.append(f"{column}={value!r}")
        else:
            here[column] = value
            if len(here) > LIMITS.attributes_per_event:
                raise self._bad(f"An event or trace has more than {LIMITS.attributes_per_event:,} attributes.")

    def _column(self, tag: str, key: str | None) -> str:
        if not self.path:
            return key or ""
        parent, column = self.path[-1]
        return column if parent == "values" else f"{column}>{key}"

    def _end(self, tag: str) -> None:
        depth = self.depth
        self.depth = depth - 1
        if self.skipping:
            if depth == self.skipping:
                self.skipping = 0
        elif self.path:
            self.path.pop()
        elif self.in_event:
            self._end_event()
        elif self.in_trace:
            self._end_trace()

    def _end_event(self) -> None:
        self.in_event = False
        if self.fault:
            self._refuse_event(self.line, self.here, self.fault, self.surplus)
        else:
            self.events.add(self.line, tuple(self.here), tuple(self.here.values()))
            if self.events.open_rows > LIMITS.events_per_trace:
                raise self._bad(f"A trace has more than {LIMITS.events_per_trace:,} events.")
        self.here, self.fault, self.surplus = self.trace, None, []

    def _end_trace(self) -> None:
        fault = self.trace_fault or self.fault
        self.in_trace = False
        if fault:
            column = f"case:{fault[1]}"
            rows = self.events.take_back()
            for line, keys, values in rows:
                self._refuse_event(line, dict(zip(keys, values, strict=True)), (fault[0], column), [])
            if not rows:
                self.counts[f"Trace without events has the fault {fault[0]}"] += 1
        else:
            self.counts["Trace without events"] += self.events.close_trace(self.trace) == 0
            self.counts["Trace without concept:name"] += NAME not in self.trace
        self.trace = {}
        self.here, self.fault, self.trace_fault = self.trace, None, None

    def _refuse_event(self, line: int, said: dict[str, str], fault: tuple[str, str | None], surplus: list[str]) -> None:
        raw = "; ".join([*(f"{key}={value!r}" for key, value in said.items()), *surplus])
        self.refused.append(Refused(line, fault[0], kept_text(raw), fault[1]))
        if len(self.refused) >= LIMITS.batch_rows:
            self.put_down_refused()

    def put_down_refused(self) -> None:
        """Hand the refused events collected so far to quarantine."""
        self.put_down(self.refused)
        self.refused = []

    def _bad(self, what: str, hint: str = "Look at the file there.") -> InputError:
        return InputError(what, where=f"{self.name}:{self.file_line()}", hint=hint)

    def warnings(self) -> tuple[str, ...]:
        """What was seen and not taken, or needs a look, with counts."""
        said = [f"{what}: {count}." for what, count in sorted(self.counts.items()) if count]
        twins, traces = self.events.twins()
        if twins:
            said.append(
                f"{twins} case names stand on more than one trace ({traces} traces); traces of one name are one case."
            )
        if self.log_keys:
            shown = ", ".join(self.log_keys[:3]) + (" …" if len(self.log_keys) > 3 else "")
            said.append(f"{len(self.log_keys)} attributes of the log itself were not taken: {shown}")
        return tuple(said)
