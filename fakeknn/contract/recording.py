"""Recordings: the real server's masked answers to a console file, in ``NAME.recording.json`` beside it.

One answer a line, so that version control shows which answers changed. Only ``record`` writes them, never a hand.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from fakeknn.contract.console import ConsoleRequest, parse
from fakeknn.contract.guard import Guard
from fakeknn.contract.targets import Server, play


class NoRecording(ValueError):
    """There is no recording of a console file, or of its present wording."""


@dataclass(frozen=True, slots=True)
class Recording:
    """``answers[i]`` is the answer to the file's i-th request: status, content_type, body and, if any, headers."""

    version: str
    date: str
    answers: Sequence[dict[str, Any]]

    @property
    def moment(self) -> int:
        """Noon of its day in milliseconds since 1970: what was named by the date then is still named so."""
        noon = datetime.datetime.combine(datetime.date.fromisoformat(self.date), datetime.time(12), datetime.UTC)
        return int(noon.timestamp()) * 1000

    @classmethod
    def load(cls, file: Path, requests: Sequence[ConsoleRequest]) -> Recording:
        path = recording_path(file)
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise NoRecording(f"{file} has no {path.name}; make it with: fakeknn record URL {file}") from None
        answers = [dict(answer) for answer in data["answers"]]
        wordings = [(answer.pop("request"), answer.pop("digest")) for answer in answers]
        for request, wording in zip_longest(requests, wordings):
            if request is None or (str(request), request.digest) != wording:
                where = f"at line {request.line}" if request is not None else "at its end"
                raise NoRecording(f"{file} has changed {where} since it was recorded; record it again")
        return cls(data["opensearch"], data["date"], answers)


def recording_path(file: Path) -> Path:
    return file.with_name(f"{file.stem}.recording.json")


def record(url: str, files: Sequence[Path], *, empty: bool = False) -> None:
    """Send each file to the server at ``url`` and write its answers beside it.

    Afterwards what the file created is deleted; a file that would touch anything else of the cluster is refused. With
    ``empty`` the whole cluster is emptied before each file: only for one that serves nothing else.
    """
    server = Server(url)
    version = server.json("GET", "/")["version"]["number"]
    for file in files:
        requests = parse(file.read_text(encoding="utf-8"))
        with Guard(server, requests, empty=empty):
            played = play(requests, server)
            answers = [{"request": str(sent), "digest": sent.digest, **answer} for sent, answer in played]
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        head = json.dumps({"opensearch": version, "date": today})[:-1]
        lines = ",\n".join(json.dumps(answer, ensure_ascii=False, separators=(",", ":")) for answer in answers)
        recording_path(file).write_text(f'{head}, "answers": [\n{lines}\n]}}\n', encoding="utf-8")
