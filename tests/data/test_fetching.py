"""Downloads, from servers on the loopback address that break off, lie, are moved or are not there."""

from __future__ import annotations

import errno
import gzip
import hashlib
import shutil
import socket
from collections import namedtuple
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done, Event, Progress, Warned
from latent_studio.data import detect, load
from latent_studio.data.downloads import DOWNLOADS, Download, RemoteFile, default_folder, download, states
from latent_studio.data.fetching import N_TRIES, fetch
from latent_studio.engine.errands import FetchData
from tests.data.conftest import idx_bytes
from tests.data.mirror import Mirror, serving

NOISE = np.random.default_rng(0).bytes(700_000)
"""Several pieces long, and gzip makes it no shorter."""
ZIPPED = gzip.compress(b"the content" * 1000)
FILES = {"noise.bin": NOISE, "words.gz": ZIPPED}
SET = Download(
    "noise",
    "Noise: for tests",
    "idx",
    (
        RemoteFile("noise.bin", len(NOISE), hashlib.sha256(NOISE).hexdigest()),
        RemoteFile("words.gz", len(ZIPPED), hashlib.sha256(b"the content" * 1000).hexdigest(), is_of_content=True),
    ),
    (),
    "CC0",
    "",
)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


class Servers:
    """Starts mirrors that end with the test."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __call__(self, **behaviour: object) -> Mirror:
        return self._stack.enter_context(serving(Mirror(**{"files": dict(FILES), **behaviour})))  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(stack)


def fetched(folder: Path, mirrors: Sequence[Mirror | str], entry: Download = SET) -> list[Event]:
    urls = [mirror if isinstance(mirror, str) else mirror.url for mirror in mirrors]
    return list(fetch(entry, folder, urls, timeout_s=5))


def part_of(folder: Path, mirror: Mirror, at_least: int) -> int:
    """Begin a download and close it once so many bytes have come; returns how many are kept."""
    with closing(fetch(SET, folder, [mirror.url], timeout_s=5)) as events:
        for event in events:
            if isinstance(event, Progress) and event.done >= at_least:
                break
    return (folder / "noise.bin.part").stat().st_size


def assert_whole(folder: Path) -> None:
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES


def warnings(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Warned)]


def test_the_files_come_and_progress_ends_at_their_size(tmp_path: Path, server: Servers) -> None:
    events = fetched(tmp_path / "set", [server()])
    assert_whole(tmp_path / "set")
    progress = [event for event in events if isinstance(event, Progress)]
    done = [event.done for event in progress]
    assert done == sorted(done)
    assert {event.total for event in progress} == {len(NOISE) + len(ZIPPED)}
    assert done[-1] == len(NOISE) + len(ZIPPED)
    assert len(set(done)) > 4
    last = events[-1]
    assert isinstance(last, Done)
    assert last.result["path"] == str(tmp_path / "set")


def test_what_is_here_is_not_asked_for_again(tmp_path: Path, server: Servers) -> None:
    mirror = server()
    fetched(tmp_path, [mirror])
    mirror.asked.clear()
    assert isinstance(fetched(tmp_path, [mirror])[-1], Done)
    assert mirror.asked == []


def test_a_file_that_a_person_put_here_is_not_replaced_by_the_part_that_came_before(
    tmp_path: Path, server: Servers
) -> None:
    part_of(tmp_path, server(), 200_000)
    (tmp_path / "noise.bin").write_bytes(NOISE)
    mirror = server()
    fetched(tmp_path, [mirror])
    assert_whole(tmp_path)
    assert [path for path, _ in mirror.asked] == ["/words.gz"]


def test_a_stopped_download_goes_on_where_it_was(tmp_path: Path, server: Servers) -> None:
    mirror = server()
    n_kept = part_of(tmp_path, mirror, 200_000)
    assert 200_000 <= n_kept < len(NOISE)
    assert not (tmp_path / "noise.bin").exists()
    mirror.asked.clear()
    fetched(tmp_path, [mirror])
    assert_whole(tmp_path)
    assert mirror.ranges == [f"bytes={n_kept}-", ""]
    assert mirror.asked[0][1]["If-Range"] == '"one"'


def test_a_connection_that_is_cut_again_and_again_is_taken_up_by_range(tmp_path: Path, server: Servers) -> None:
    mirror = server(cut_after=150_000)
    events = fetched(tmp_path, [mirror])
    assert_whole(tmp_path)
    assert mirror.ranges == ["", *(f"bytes={k}-" for k in range(150_000, 700_000, 150_000)), ""]
    assert warnings(events) == []


def test_a_server_that_sends_nothing_is_given_up_after_a_few_tries(tmp_path: Path, server: Servers) -> None:
    mirror = server(cut_after=0)
    with pytest.raises(StudioError, match="the connection broke off"):
        fetched(tmp_path, [mirror])
    assert len(mirror.asked) == N_TRIES


def test_a_server_without_ranges_begins_anew(tmp_path: Path, server: Servers) -> None:
    mirror = server(has_ranges=False)
    part_of(tmp_path, mirror, 200_000)
    fetched(tmp_path, [mirror])
    assert_whole(tmp_path)


def test_a_file_that_has_changed_meanwhile_is_not_glued_to_the_old_one(tmp_path: Path, server: Servers) -> None:
    mirror = server(files={**FILES, "noise.bin": NOISE[::-1]})
    part_of(tmp_path, mirror, 200_000)
    mirror.files["noise.bin"], mirror.etag = NOISE, '"two"'
    mirror.asked.clear()
    fetched(tmp_path, [mirror])
    assert_whole(tmp_path)
    assert len(mirror.asked) == 2  # the server's 200 began it anew, no second question was needed


def test_a_file_that_changed_without_a_tag_is_found_by_its_digest_and_asked_for_anew(
    tmp_path: Path, server: Servers
) -> None:
    mirror = server(files={**FILES, "noise.bin": NOISE[::-1]}, etag="")
    n_kept = part_of(tmp_path, mirror, 200_000)
    mirror.files["noise.bin"] = NOISE
    mirror.asked.clear()
    fetched(tmp_path, [mirror])
    assert_whole(tmp_path)
    assert mirror.ranges == [f"bytes={n_kept}-", "", ""]


def test_a_download_goes_on_at_another_mirror(tmp_path: Path, server: Servers) -> None:
    first, second = server(etag='"a"'), server(etag='"b"')
    n_kept = part_of(tmp_path, first, 200_000)
    fetched(tmp_path, [second])
    assert_whole(tmp_path)
    assert second.ranges[0] == f"bytes={n_kept}-"
    assert "If-Range" not in second.asked[0][1]


def test_wrong_bytes_are_thrown_away_and_the_next_mirror_asked(tmp_path: Path, server: Servers) -> None:
    wrong = bytearray(NOISE)
    wrong[350_000] ^= 1
    bad, good = server(files={**FILES, "noise.bin": bytes(wrong)}), server()
    events = fetched(tmp_path, [bad, good])
    assert_whole(tmp_path)
    assert "damaged or another file" in warnings(events)[0]
    assert good.ranges == [""]


def test_wrong_bytes_alone_are_told_and_nothing_is_kept_of_them(tmp_path: Path, server: Servers) -> None:
    mirror = server(files={**FILES, "noise.bin": NOISE[::-1]})
    with pytest.raises(StudioError, match=r"noise.bin could not be downloaded .*damaged or another file"):
        fetched(tmp_path, [mirror])
    assert not (tmp_path / "noise.bin").exists()
    assert not (tmp_path / "noise.bin.part").exists()


@pytest.mark.parametrize("content", [NOISE[:-1], NOISE + b"x", b""])
@pytest.mark.parametrize("says_length", [None, ""])
def test_a_file_of_another_length_is_refused(
    tmp_path: Path, server: Servers, content: bytes, says_length: str | None
) -> None:
    mirror = server(files={**FILES, "noise.bin": content}, says_length=says_length, etag="")
    with pytest.raises(StudioError, match="could not be downloaded"):
        fetched(tmp_path, [mirror])
    assert not (tmp_path / "noise.bin").exists()
    assert isinstance(fetched(tmp_path, [server()])[-1], Done)
    assert_whole(tmp_path)


def test_a_server_that_tells_no_length_is_believed_by_the_digest(tmp_path: Path, server: Servers) -> None:
    fetched(tmp_path, [server(says_length="", has_ranges=False)])
    assert_whole(tmp_path)


def test_a_mirror_that_packed_the_same_content_otherwise_will_do(tmp_path: Path, server: Servers) -> None:
    other = ZIPPED[:4] + b"\1\2\3\4" + ZIPPED[8:]  # another time stamp in gzip's header
    fetched(tmp_path, [server(files={**FILES, "words.gz": other})])
    assert (tmp_path / "words.gz").read_bytes() == other


def test_a_redirect_is_followed_and_keeps_the_range(tmp_path: Path, server: Servers) -> None:
    real = server()
    moved = server(moved_to=real.url)
    n_kept = part_of(tmp_path, moved, 200_000)
    real.asked.clear()
    fetched(tmp_path, [moved])
    assert_whole(tmp_path)
    assert real.ranges[0] == f"bytes={n_kept}-"


def test_a_dead_mirror_and_one_without_the_file_are_passed_over(tmp_path: Path, server: Servers) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refuses
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        events = fetched(tmp_path, [dead, server(files={}), server(status=503), server()])
    assert_whole(tmp_path)
    told = warnings(events)
    assert "refused" in told[0]
    assert "404" in told[1]
    assert "503" in told[2]


def test_when_all_fail_one_sentence_names_each(tmp_path: Path, server: Servers) -> None:
    missing, forbidden = server(files={}), server(status=403)
    with pytest.raises(StudioError, match=rf"127.0.0.1:{missing.port}: it answers 404.*; 127.*: it answers 403"):
        fetched(tmp_path, [missing, forbidden])


def test_a_silent_server_never_holds_a_step_up_and_can_be_left(tmp_path: Path, server: Servers) -> None:
    mirror = server(stalls_after=100_000)
    events = fetch(SET, tmp_path, [mirror.url], timeout_s=60)
    waiting = [next(events) for _ in range(30)]
    assert all(isinstance(event, Progress) for event in waiting)
    events.close()
    assert (tmp_path / "noise.bin.part").stat().st_size == 100_000


def test_a_full_disk_is_told_before_anything_is_asked_for(
    tmp_path: Path, server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(10, 10, 0))
    mirror = server()
    with pytest.raises(StudioError, match="The disk is full: noise needs 1 MB more"):
        fetched(tmp_path, [mirror])
    assert mirror.asked == []


def test_a_disk_that_fills_up_meanwhile_is_told_and_the_download_goes_on_later(
    tmp_path: Path, server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = server()
    part_of(tmp_path, mirror, 200_000)

    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("latent_studio.data.fetching.write_file", full)
        with pytest.raises(StudioError, match="The disk is full"):
            fetched(tmp_path, [mirror])
    fetched(tmp_path, [mirror])
    assert_whole(tmp_path)


def test_a_wrong_file_here_is_replaced_and_said_so(tmp_path: Path, server: Servers) -> None:
    (tmp_path / "noise.bin").write_bytes(NOISE[::-1])
    events = fetched(tmp_path, [server()])
    assert_whole(tmp_path)
    assert "will be replaced" in warnings(events)[0]


@pytest.mark.parametrize("address", ["file:///etc/", "ftp://127.0.0.1/", "mnist", "http://", "http://[bad/", ""])
def test_addresses_of_other_kinds_are_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(StudioError, match="no address to download from"):
        fetched(tmp_path, [address])


def test_a_host_that_cannot_be_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="could not be downloaded"):
        fetched(tmp_path, [f"http://{'x' * 70}.invalid/"])


def test_a_defect_on_the_network_thread_is_raised_and_does_not_hang(
    tmp_path: Path, server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latent_studio.data.transfer._head", lambda answer: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        fetched(tmp_path, [server()])


@settings(max_examples=25)
@given(n_here=st.integers(0, 3000), cut_after=st.integers(300, 1500), has_ranges=st.booleans(), is_wrong=st.booleans())
def test_whatever_was_here_before_the_file_comes_whole(
    tmp_path_factory: pytest.TempPathFactory, n_here: int, cut_after: int, has_ranges: bool, is_wrong: bool
) -> None:
    content = NOISE[:2000]
    entry = Download("x", "x", "idx", (RemoteFile("x", 2000, hashlib.sha256(content).hexdigest()),), (), "", "")
    folder = tmp_path_factory.mktemp("set")
    (folder / "x.part").write_bytes((NOISE[::-1] if is_wrong else NOISE)[:n_here])
    with serving(Mirror({"x": content}, has_ranges=has_ranges, cut_after=cut_after if has_ranges else None)) as mirror:
        fetched(folder, [mirror], entry)
    assert (folder / "x").read_bytes() == content


# --------------------------------------------------------------------------------------------------- the known sets


def small_mnist(name: str = "mnist") -> tuple[Download, dict[str, bytes]]:
    """A set in MNIST's form, with a handful of pictures."""
    known = download(name)
    pixels = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    arrays = (pixels, np.arange(20, dtype=np.uint8) % 10, pixels[:5], np.arange(5, dtype=np.uint8))
    contents = [idx_bytes(array) for array in arrays]
    files = {file.name: gzip.compress(content) for file, content in zip(known.files, contents, strict=True)}
    entry = Download(
        name,
        known.title,
        "idx",
        tuple(
            RemoteFile(file, len(files[file]), hashlib.sha256(content).hexdigest(), is_of_content=True)
            for file, content in zip(files, contents, strict=True)
        ),
        (),
        known.licence,
        known.citation,
    )
    return entry, files


def test_a_downloaded_set_is_found_by_its_name(server: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LATENT_STUDIO_DATA", raising=False)
    entry, files = small_mnist()
    monkeypatch.setattr("latent_studio.data.downloads.DOWNLOADS", (entry,))
    mirror = server(files=files)
    assert states()[0].path is None
    list(fetch(entry, None, [mirror.url]))
    assert states()[0].path == default_folder(entry)
    assert detect("mnist") == "idx"
    images = load("idx", path="mnist")
    assert (images.n_train, images.n_test) == (20, 5)


def test_half_a_set_is_not_taken_for_a_whole_one(server: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LATENT_STUDIO_DATA", raising=False)
    entry, files = small_mnist()
    monkeypatch.setattr("latent_studio.data.downloads.DOWNLOADS", (entry,))
    mirror = server(files=dict(list(files.items())[:3]))
    with pytest.raises(StudioError, match="What has come so far is kept"):
        list(fetch(entry, None, [mirror.url]))
    assert states()[0].path is None
    assert 0 < states()[0].n_here < entry.n_bytes
    for attempt in (lambda: load("idx", path="mnist"), lambda: detect("mnist")):
        with pytest.raises(StudioError, match="only partly downloaded"):
            attempt()
    mirror.files.update(files)
    mirror.asked.clear()
    list(fetch(entry, None, [mirror.url]))
    assert len(mirror.asked) == 1
    assert load("idx", path="mnist").n_test == 5


def test_the_window_asks_for_it_as_a_request(server: Servers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    entry, files = small_mnist()
    entry = Download(**{**entry.__dict__, "mirrors": (server(files=files).url,)})
    monkeypatch.setattr("latent_studio.data.downloads.DOWNLOADS", (entry,))
    events = list(FetchData(name="mnist", slot="fetch mnist", folder=tmp_path).run())
    assert isinstance(events[-1], Done)
    with pytest.raises(StudioError, match='did you mean "mnist"'):
        list(FetchData(name="mnsit", slot="fetch mnsit").run())


def test_every_entry_is_whole() -> None:
    names = [entry.name for entry in DOWNLOADS]
    assert len(set(names)) == len(names)
    for entry in DOWNLOADS:
        assert entry.mirrors
        assert all(mirror.startswith(("https://", "http://")) and mirror.endswith("/") for mirror in entry.mirrors)
        assert all(len(bytes.fromhex(file.sha256)) == 32 and file.n_bytes > 0 for file in entry.files)


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_the_real_files_pass_the_check(data_dir: Path, tmp_path: Path, name: str, server: Servers) -> None:
    """Served by the loopback address from what is here."""
    entry = download(name)
    mirror = server(files={file.name: (data_dir / name / file.name).read_bytes() for file in entry.files})
    assert isinstance(fetched(tmp_path, [mirror], entry)[-1], Done)
    assert load("idx", path=tmp_path).n_train == 60_000
