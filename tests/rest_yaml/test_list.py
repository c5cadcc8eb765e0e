"""The list of OpenSearch's YAML tests, and the command that holds fakeknn to it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.rest_yaml import __main__ as command

RUNNER = """
import json, sys
url, suite = sys.argv[1:3]
out = sys.argv[sys.argv.index("--json") + 1]
statuses = {"a/1/passes": "pass", "a/1/new": "pass", "b/1/x": "fail"}
outcome = [{"id": name, "status": status} for name, status in statuses.items()]
json.dump({"tests": outcome if url.startswith("http://") else []}, open(out, "w"))
"""


def test_the_list_is_in_order() -> None:
    listed = command.LIST.read_text(encoding="utf-8").splitlines()
    assert listed == sorted(set(listed))
    assert len(listed) >= 1400


def test_what_passed_once_and_fails_now_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runner, kept = tmp_path / "runner.py", tmp_path / "passing.txt"
    runner.write_text(RUNNER)
    kept.write_text("a/1/passes\nb/1/x\n")
    monkeypatch.setattr(command, "LIST", kept)
    monkeypatch.setattr(sys, "argv", ["tests.rest_yaml", str(runner), str(tmp_path)])
    assert command.main() == 1
    assert capsys.readouterr().out == "lost: b/1/x\n2 pass, 2 are listed, 1 are lost, 1 are new\n"
