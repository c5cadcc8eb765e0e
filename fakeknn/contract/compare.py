"""Comparing two servers' answers to one story: whole answers, difference by difference."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from fakeknn.contract.console import ConsoleRequest, parse
from fakeknn.contract.differences import Finding, judge
from fakeknn.contract.guard import Guard
from fakeknn.contract.inprocess import InProcess
from fakeknn.contract.recording import Recording
from fakeknn.contract.targets import Server, Target, play


def findings(file: Path, *, target: Target | None = None) -> list[Finding]:
    """What is wrong with a target's answers (fakeknn's own by default) to a story, by its recording."""
    requests = parse(file.read_text(encoding="utf-8"))
    recorded = Recording.load(file, requests)
    played = play(requests, target or InProcess(recorded.moment))
    judged = (judge(r, expected, actual) for expected, (r, actual) in zip(recorded.answers, played, strict=True))
    return [finding for finding in judged if finding is not None]


def compare(
    files: Sequence[Path],
    *,
    against: str | None = None,
    url: str | None = None,
    empty: bool = False,
    out: TextIO | None = None,
) -> int:
    """Print each difference between fakeknn's answers and the recordings', or those of the server ``against``.

    ``url`` is where a fakeknn (or another server) runs; without it, one is made in this process for each file. Returns
    the number of requests whose answers differ.
    """
    out = out or sys.stdout
    total = differing = 0
    for file in files:
        requests = parse(file.read_text(encoding="utf-8"))
        with ExitStack() as stack:

            def at(where: str, requests: Sequence[ConsoleRequest] = requests, stack: ExitStack = stack) -> Server:
                server = Server(where)
                stack.callback(server.close)
                stack.enter_context(Guard(server, requests, empty=empty))
                return server

            moment = None
            if against:
                expected = [answer for _, answer in play(requests, at(against))]
            else:
                recording = Recording.load(file, requests)
                expected, moment = list(recording.answers), recording.moment
            target: Target = at(url) if url else InProcess(moment)
            for recorded, (request, actual) in zip(expected, play(requests, target), strict=True):
                total += 1
                finding = judge(request, recorded, actual)
                if finding is not None:
                    differing += 1
                    told = f"{file}:{finding}".encode(errors="backslashreplace")  # halves of pairs are no UTF-8
                    print(told.decode(), file=out)
    print(f"{total} requests, {differing} answered differently", file=out)
    return differing
