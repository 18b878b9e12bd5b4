"""One file over HTTP on a thread of its own, so that whoever takes its pieces never waits for the network."""

from __future__ import annotations

import http.client
import re
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from queue import Empty, Full, Queue
from urllib.parse import urlsplit

PIECE_BYTES = 128 << 10
TIMEOUT_S = 20.0
"""For connecting, and for each piece to begin to come."""
_N_AHEAD = 8
"""Pieces that wait to be taken; then no more is read, so that a pause stops the network, too."""


@dataclass(frozen=True)
class Head:
    """What the server says first.

    start: where in the file its bytes begin, 0 when it sends the whole.  n_bytes: of the whole file, None where it does
    not say.  validator: tells whether the file is still the same when it is asked for later; "" for none.
    """

    start: int
    n_bytes: int | None
    validator: str


@dataclass(frozen=True)
class Ended:
    """Nothing more will come. reason: why not all came, "" where the server sent what it wanted to.
    is_refusal: it will not send it (there is no such file, …), so asking again is of no use."""

    reason: str = ""
    is_refusal: bool = False


class Transfer:
    """Asks for a file from byte `start` on. url: see `is_address`.

    validator: of what was read before; the server then sends the whole file if it has changed since (RFC 9110,
    If-Range).
    """

    def __init__(self, url: str, start: int = 0, validator: str = "", timeout_s: float = TIMEOUT_S) -> None:
        headers = {"User-Agent": "latent-studio", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        if start and validator:
            headers["If-Range"] = validator
        self._request = urllib.request.Request(url, headers=headers)
        self._timeout_s = timeout_s
        self._pieces: Queue[Head | bytes | Ended | Exception] = Queue(_N_AHEAD)
        self._is_closed = threading.Event()
        threading.Thread(target=self._read, name=f"transfer {url}", daemon=True).start()

    def next(self, wait_s: float) -> Head | bytes | Ended | None:
        """What came next: a Head, then pieces, then Ended; None where nothing came within `wait_s`."""
        try:
            item = self._pieces.get(timeout=wait_s)
        except Empty:
            return None
        if isinstance(item, Exception):
            raise item
        return item

    def close(self) -> None:
        """Take no more; the thread ends when it sees that, at the latest after the timeout."""
        self._is_closed.set()

    def _read(self) -> None:
        try:
            with urllib.request.urlopen(self._request, timeout=self._timeout_s) as answer:
                self._put(_head(answer))
                while not self._is_closed.is_set() and (piece := answer.read1(PIECE_BYTES)):
                    self._put(piece)
            self._put(Ended())
        except urllib.error.HTTPError as error:
            error.close()
            self._put(Ended(f"it answers {error.code} {error.reason}".strip(), is_refusal=error.code < 500))
        except urllib.error.URLError as error:
            self._put(Ended(_plain(error.reason)))
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            self._put(Ended(_plain(error)))
        except Exception as error:  # a defect: raised where the pieces are taken
            self._put(error)

    def _put(self, item: Head | bytes | Ended | Exception) -> None:
        while not self._is_closed.is_set():
            try:
                self._pieces.put(item, timeout=0.1)
                return
            except Full:
                continue


def is_address(url: str) -> bool:
    """Whether files can be asked for there."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _head(answer: http.client.HTTPResponse) -> Head:
    etag = answer.headers.get("ETag", "")
    # a weak tag promises no equal bytes and may not stand in If-Range
    validator = etag if etag and not etag.startswith("W/") else answer.headers.get("Last-Modified", "")
    if answer.status == http.HTTPStatus.PARTIAL_CONTENT:
        match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", "").strip())
        if match is None:
            raise http.client.HTTPException("it does not say which part of the file it sends")
        return Head(int(match[1]), None if match[2] == "*" else int(match[2]), validator)
    length = answer.headers.get("Content-Length", "")
    return Head(0, int(length) if length.isdecimal() else None, validator)


def _plain(error: object) -> str:
    """What went wrong, without Python's words around it."""
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, OSError):
        return (error.strerror or str(error) or type(error).__name__).lower()
    return str(error) or type(error).__name__
