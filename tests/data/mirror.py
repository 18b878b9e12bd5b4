"""A file server on the loopback address that can be told to misbehave."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Mirror:
    """files: path → content.  asked: what was asked for, in order: (path, headers).

    has_ranges: answers Range with 206.  cut_after: breaks off each connection after so many bytes of content.
    status: answers everything with it.  moved_to: redirects everything there.  etag: of all files.
    says_length: what Content-Length claims (None: the truth); "" sends none and ends by closing.
    stalls_after: sends nothing more after so many bytes until it is closed.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    has_ranges: bool = True
    cut_after: int | None = None
    status: int = 200
    moved_to: str = ""
    etag: str = '"one"'
    says_length: str | None = None
    stalls_after: int | None = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0
    is_closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def ranges(self) -> list[str]:
        """The Range of each question; "" for the whole file."""
        return [headers.get("Range", "") for _, headers in self.asked]


@contextmanager
def serving(mirror: Mirror) -> Iterator[Mirror]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            mirror.asked.append((self.path, dict(self.headers)))
            _answer(mirror, self)

        def log_message(self, format: str, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    mirror.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield mirror
    finally:
        mirror.is_closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(mirror: Mirror, handler: BaseHTTPRequestHandler) -> None:
    content = mirror.files.get(handler.path.lstrip("/"))
    if mirror.moved_to:
        handler.send_response(302)
        handler.send_header("Location", mirror.moved_to + handler.path.lstrip("/"))
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    if content is None or mirror.status != 200:
        handler.send_error(404 if mirror.status == 200 else mirror.status)
        return
    start, total = 0, len(content)
    wanted, condition = handler.headers.get("Range"), handler.headers.get("If-Range")
    if mirror.has_ranges and wanted and condition in (None, mirror.etag):
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        content = content[start:]
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
    else:
        handler.send_response(200)
    if mirror.says_length != "":
        handler.send_header("Content-Length", mirror.says_length or str(len(content)))
    if mirror.etag:
        handler.send_header("ETag", mirror.etag)
    handler.end_headers()
    if mirror.stalls_after is not None:
        handler.wfile.write(content[: mirror.stalls_after])
        mirror.is_closing.wait()
    else:
        handler.wfile.write(content[: mirror.cut_after])
