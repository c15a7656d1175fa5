"""Hand columns of text to DuckDB without an object for every value: an Arrow stream over bytes that lie in memory.

DuckDB reads the Arrow C data interface (Apache Arrow, columnar format 1.4) from any object that offers it; pyarrow is
not needed. A text is a view of 16 bytes: its length, then the text itself if it is short, else its first four bytes,
the number of its buffer and its place there. What a stream or an array points to is kept in ``_KEPT`` until DuckDB says
that it is done with it.
"""

from __future__ import annotations

import ctypes
import errno
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

SHORT = 12  # so many bytes stand in the view itself
VIEW_PAD = b"\0" * SHORT  # has to follow the text: a view reads so many bytes, whatever its length
_NULLABLE = 2
_MASKS = np.array([[(1 << 8 * min(max(n - 4 * word, 0), 4)) - 1 for word in range(3)] for n in range(13)], np.uint32)
_NUMBERS = itertools.count(1)
_KEPT: dict[int, Any] = {}


class _Schema(ctypes.Structure):
    pass


class _Array(ctypes.Structure):
    pass


class _Stream(ctypes.Structure):
    pass


_SCHEMA, _ARRAY, _STREAM = ctypes.POINTER(_Schema), ctypes.POINTER(_Array), ctypes.POINTER(_Stream)
_ReleaseSchema = ctypes.CFUNCTYPE(None, _SCHEMA)
_ReleaseArray = ctypes.CFUNCTYPE(None, _ARRAY)
_ReleaseStream = ctypes.CFUNCTYPE(None, _STREAM)
_GetSchema = ctypes.CFUNCTYPE(ctypes.c_int, _STREAM, _SCHEMA)
_GetNext = ctypes.CFUNCTYPE(ctypes.c_int, _STREAM, _ARRAY)
_GetError = ctypes.CFUNCTYPE(ctypes.c_void_p, _STREAM)
_Schema._fields_ = [
    ("format", ctypes.c_char_p), ("name", ctypes.c_char_p), ("metadata", ctypes.c_char_p), ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64), ("children", ctypes.POINTER(_SCHEMA)), ("dictionary", _SCHEMA),
    ("release", _ReleaseSchema), ("private_data", ctypes.c_void_p),
]  # fmt: skip
_Array._fields_ = [
    ("length", ctypes.c_int64), ("null_count", ctypes.c_int64), ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64), ("n_children", ctypes.c_int64), ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(_ARRAY)), ("dictionary", _ARRAY), ("release", _ReleaseArray),
    ("private_data", ctypes.c_void_p),
]  # fmt: skip
_Stream._fields_ = [
    ("get_schema", _GetSchema), ("get_next", _GetNext), ("get_last_error", _GetError), ("release", _ReleaseStream),
    ("private_data", ctypes.c_void_p),
]  # fmt: skip


class Frame:
    """Columns of equal length that DuckDB can read once: numbers (int64), and texts as views into ``text``."""

    def __init__(self, text: bytes, size: int) -> None:
        self._text = np.frombuffer(text, np.uint8)
        self._size = size
        self._fields: list[tuple[bytes, bytes]] = []
        self._columns: list[list[Any]] = []  # the buffers of each
        self._streams: list[_Stream] = []

    def add_numbers(self, name: str, numbers: Any) -> None:
        """A column without gaps."""
        self._fields.append((name.encode(), b"l"))
        self._columns.append([None, np.ascontiguousarray(numbers, np.int64)])

    def add_texts(self, name: str, rows: Any, start: Any, length: Any) -> None:
        """A column with a text in each of ``rows`` (rising, none twice) and nothing in the others."""
        views = _views(self._text, start, length)
        valid = None
        if len(rows) < self._size:
            filled = np.zeros(self._size, np.bool_)
            filled[rows] = True
            valid = np.packbits(filled, bitorder="little")
            spread = np.zeros((self._size, 4), np.uint32)
            spread[rows] = views
            views = spread
        self._fields.append((name.encode(), b"vu"))
        self._columns.append([valid, views, self._text, np.array([len(self._text)], np.int64)])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        stream = _Stream(_GET_SCHEMA, _GET_NEXT, _GET_ERROR, _RELEASE_STREAM)
        stream.private_data = number = next(_NUMBERS)
        self._streams.append(stream)
        _KEPT[number] = [self._fields, self._columns, self._size]
        return _new_capsule(ctypes.addressof(stream), _CAPSULE, None)

    def close(self) -> None:
        """Let go of streams nobody read; what DuckDB still reads it lets go itself."""
        for stream in self._streams:
            _KEPT.pop(stream.private_data, None)


_CAPSULE = b"arrow_array_stream"
_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


def _views(text: Any, start: Any, length: Any) -> Any:
    words = np.ndarray((len(text) - SHORT + 1,), f"V{SHORT}", buffer=text, strides=(1,))[start]
    views = np.empty((len(start), 4), np.uint32)
    views[:, 0] = length
    views[:, 1:] = words.view("<u4").reshape(len(start), 3)
    short = views[:, 0] <= SHORT
    views[:, 1:] &= _MASKS[np.minimum(length, SHORT)]
    long = np.flatnonzero(~short)
    views[long, 2] = 0
    views[long, 3] = start[long]
    return views


def _fill_schema(schema: Any, format_: bytes, name: bytes, children: Sequence[tuple[bytes, bytes]]) -> None:
    kept = [_Schema() for _ in children]
    for child, (child_name, child_format) in zip(kept, children, strict=True):
        _fill_schema(child, child_format, child_name, ())
    pointers = (_SCHEMA * len(kept))(*map(ctypes.pointer, kept))
    schema.format, schema.name, schema.metadata, schema.flags = format_, name, None, _NULLABLE
    schema.n_children, schema.children, schema.dictionary = len(kept), pointers, None
    schema.release = _RELEASE_SCHEMA
    schema.private_data = number = next(_NUMBERS)
    _KEPT[number] = [format_, name, kept, pointers]


def _fill_array(array: Any, size: int, buffers: Sequence[Any], columns: Sequence[Sequence[Any]]) -> None:
    kept = [_Array() for _ in columns]
    for child, held in zip(kept, columns, strict=True):
        _fill_array(child, size, held, ())
    pointers = (_ARRAY * len(kept))(*map(ctypes.pointer, kept))
    places = [None if buffer is None else buffer.ctypes.data for buffer in buffers]
    addresses = (ctypes.c_void_p * len(places))(*places)
    array.length, array.offset, array.null_count = size, 0, 0 if buffers[0] is None else -1
    array.n_buffers, array.buffers = len(places), addresses
    array.n_children, array.children, array.dictionary = len(kept), pointers, None
    array.release = _RELEASE_ARRAY
    array.private_data = number = next(_NUMBERS)
    _KEPT[number] = [buffers, addresses, kept, pointers]


def _get_schema(stream: Any, out: Any) -> int:
    try:
        _fill_schema(out.contents, b"+s", b"", _KEPT[stream.contents.private_data][0])
    except BaseException:  # nothing may pass through the engine's own code; it is told of it and stops
        return errno.ENOMEM
    return 0


def _get_next(stream: Any, out: Any) -> int:
    try:
        kept = _KEPT[stream.contents.private_data]
        columns, kept[1] = kept[1], None
        if columns is None:  # the end of the stream is an array that is released already
            out.contents.release = _ReleaseArray()
        else:
            _fill_array(out.contents, kept[2], [None], columns)
    except BaseException:  # as above
        return errno.ENOMEM
    return 0


def _get_error(stream: Any) -> None:
    return None


def _released(pointer: Any, nothing: Any) -> None:
    """Release the children that are still there, then the structure itself."""
    structure = pointer.contents
    for number in range(structure.n_children):
        child = structure.children[number]
        if child.contents.release:
            child.contents.release(child)
    structure.release = nothing
    del _KEPT[structure.private_data]


def _release_schema(pointer: Any) -> None:
    _released(pointer, _ReleaseSchema())


def _release_array(pointer: Any) -> None:
    _released(pointer, _ReleaseArray())


def _release_stream(pointer: Any) -> None:
    pointer.contents.release = _ReleaseStream()
    _KEPT.pop(pointer.contents.private_data, None)


_GET_SCHEMA, _GET_NEXT, _GET_ERROR = _GetSchema(_get_schema), _GetNext(_get_next), _GetError(_get_error)
_RELEASE_SCHEMA, _RELEASE_ARRAY = _ReleaseSchema(_release_schema), _ReleaseArray(_release_array)
_RELEASE_STREAM = _ReleaseStream(_release_stream)
