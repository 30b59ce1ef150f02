"""A file to import, unpacked on the way and never onto the disk: gzip, zstd, bzip2, xz, and each member of a zip.

What is wrong with the packing (cut off, damaged, a bomb) does not raise: reading ends there, and `problem` says why, so
that everything before it is kept.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import zstandard

from tracedesk.base.errors import DataError, DecodeError, NotFound, WorldError

HEAD_BYTES = 64 * 1024
MAX_LAYERS = 3
MAX_RATIO = 200
"""Unpacked bytes per packed byte; telemetry packs 10 to 40 times, a bomb a thousand times and more."""
FREE_BYTES = 1 << 30
"""Up to here a file may unpack to at any ratio."""

MOST_MEMBERS = 10_000
"""Files of one archive or folder."""

Stream = BinaryIO | io.BufferedReader
_PACKINGS: tuple[tuple[bytes, str, Callable[[Stream], Stream]], ...] = (
    (b"\x1f\x8b", "gzip", lambda stream: cast(Stream, gzip.GzipFile(fileobj=stream))),
    (b"\x28\xb5\x2f\xfd", "zstd", lambda stream: cast(Stream, zstandard.ZstdDecompressor(
        max_window_size=1 << 27).stream_reader(stream, read_across_frames=True))),
    (b"BZh", "bzip2", lambda stream: cast(Stream, bz2.BZ2File(stream))),
    (b"\xfd7zXZ\x00", "xz", lambda stream: cast(Stream, lzma.LZMAFile(stream))),  # noqa: SIM115
)


class Refused(NamedTuple):
    """A member of an archive that is not opened, and why."""

    name: str
    why: str


class Source:
    """One file, or one member of a zip archive. `name` is how to call it; `layers` names its packings, outermost first.

    `mapping` says which column of a table is what, where the user said so (see `formats/span_table.py`).
    """

    def __init__(self, path: Path, *, member: str | None = None, mapping: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.member = member
        self.mapping = mapping
        self.name = f"{path}/{member}" if member else str(path)
        self.problem = ""
        self.layers: tuple[str, ...] = ()
        self.size = _size_of(path, member)
        with self.open() as stream:
            self.head = stream.read(HEAD_BYTES)

    @property
    def fingerprint(self) -> str:
        """What tells this file from others where it has no ids of its own: a hash of its first 64 KiB, unpacked."""
        return blake2b(self.head, digest_size=16).hexdigest()

    def open(self) -> io.BufferedReader:
        """The unpacked bytes from the start. A problem with the packing ends the stream and is told in `problem`."""
        self.problem = ""
        stream = self._opened()
        layers: list[str] = []
        while len(layers) < MAX_LAYERS:
            magic = stream.peek(6)[:6]
            packing = next(((name, unpack) for start, name, unpack in _PACKINGS if magic.startswith(start)), None)
            if packing is None:
                break
            layers.append(packing[0])
            stream = io.BufferedReader(_Unpacked(self, stream, packing[1](stream), packing[0]), 1 << 16)
        self.layers = tuple(layers)
        return stream

    def _opened(self) -> io.BufferedReader:
        """The bytes as they lie in the file or in the archive."""
        try:
            if self.member is None:
                return self.path.open("rb")
            archive = zipfile.ZipFile(self.path)
            try:
                inner = archive.open(self.member)
            except BaseException:
                archive.close()
                raise
            return io.BufferedReader(_Unpacked(self, archive, cast(Stream, inner), "zip"), 1 << 16)
        except FileNotFoundError as error:
            raise NotFound(f"There is no file {self.path}.") from error
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise DecodeError(f"{self.path} is a zip archive that cannot be read: {error}.", hint="Unpack it first.") from error
        except OSError as error:
            raise WorldError(f"{self.path} cannot be opened: {error.strerror}.") from error


class _Unpacked(io.RawIOBase):
    """Bytes of one packing, with an end to how many, and with an end instead of an exception."""

    def __init__(self, source: Source, packed: Stream | zipfile.ZipFile, stream: Stream, packing: str) -> None:
        super().__init__()
        self._source = source
        self._packed = packed
        self._stream = stream
        self._packing = packing
        self._left = max(FREE_BYTES, source.size * MAX_RATIO)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer) -> int:
        """Fill the buffer; 0 at the end, at damage and at the limit."""
        try:
            data = self._stream.read(len(buffer))
        except (EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise WorldError(f"{self._source.name} cannot be read: {error.strerror}.") from error
            return self._end(f"the {self._packing} data is damaged or ends early")
        self._left -= len(data)
        if self._left < 0:
            return self._end(f"the {self._packing} data unpacks to more than {MAX_RATIO} times its size; reading stopped")
        buffer[:len(data)] = data
        return len(data)

    def _end(self, problem: str) -> int:
        self._source.problem = self._source.problem or problem
        return 0

    def close(self) -> None:
        """Close the packed stream too."""
        if not self.closed:
            self._stream.close()
            self._packed.close()                             # gzip, bzip2 and xz leave open what they were given
        super().close()


def _size_of(path: Path, member: str | None) -> int:
    """Packed size in bytes."""
    if path.is_dir():
        raise DataError(f"{path} is a folder.", hint="Name the files in it.")
    if not path.exists():
        raise NotFound(f"There is no file {path}.")
    if member is None:
        return path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        return archive.getinfo(member).compress_size


def sources(path: Path, mapping: Mapping[str, str] | None = None) -> Iterator[Source | Refused]:
    """The file itself, or every file in it where it is a zip archive (an archive inside an archive stays shut). Members that
    no honest archive of traces has come as `Refused`."""
    first = Source(path, mapping=mapping)
    if not first.head.startswith(b"PK\x03\x04"):
        yield first
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise DecodeError(f"{path} is a zip archive that cannot be read: {error}.", hint="Unpack it first.") from error
    for info in members[:MOST_MEMBERS]:
        why = _refusal(info)
        yield Refused(f"{path}/{info.filename}", why) if why else Source(path, member=info.filename, mapping=mapping)
    if len(members) > MOST_MEMBERS:
        yield Refused(str(path), f"the archive has {len(members):,} files, of which {MOST_MEMBERS:,} are read")


def _refusal(info: zipfile.ZipInfo) -> str:
    """Why a member of an archive is not opened, or `""`. Nothing is ever written where its name says; such names are made to
    trick programs that do."""
    name = info.filename.replace("\\", "/")
    kind = info.external_attr >> 16
    if kind and stat.S_IFMT(kind) not in (0, stat.S_IFREG):
        return "it is a symbolic link or a device"
    if name.startswith("/") or ".." in name.split("/") or (len(name) > 1 and name[1] == ":"):
        return "its name leads out of the archive"
    if info.flag_bits & 1:
        return "it is encrypted"
    return ""


def files_in(path: Path) -> list[Path]:
    """The files of a folder and of those inside it, by name; hidden ones and links are passed over. A file is itself.

    Raises:
        DataError: there are more than `MOST_MEMBERS`.
    """
    if not path.is_dir():
        return [path]
    found: list[Path] = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = [Path(folder) / name for name in sorted(names) if not name.startswith(".")]
        found += [file for file in inside if not file.is_symlink() and file.is_file()]
        if len(found) > MOST_MEMBERS:
            raise DataError(f"{path} holds more than {MOST_MEMBERS:,} files.", hint="Name the files or a smaller folder.")
    return found
