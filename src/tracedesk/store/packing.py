"""zstd for what is stored. A (de)compressor of zstandard may be used by one thread at a time, and the desk reads with two:
each thread has its own."""

from __future__ import annotations

import threading

import zstandard


class _Own(threading.local):
    def __init__(self) -> None:
        self.pack = zstandard.ZstdCompressor(level=1, write_checksum=False).compress
        self.unpack = zstandard.ZstdDecompressor().decompress


_own = _Own()


def pack(data: bytes) -> bytes:
    """Smaller."""
    return _own.pack(data)


def unpack(data: bytes) -> bytes:
    """As it was."""
    return _own.unpack(data)
