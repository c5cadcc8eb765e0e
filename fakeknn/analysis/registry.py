"""An index's analyzers and normalizers, made from its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakeknn.analysis.analyzers import BUILT_IN
from fakeknn.analysis.base import Analyzer
from fakeknn.analysis.filters import LowerCaseFilter
from fakeknn.analysis.settings import flatten
from fakeknn.analysis.tokenizers import KeywordTokenizer
from fakeknn.errors import NotFaked


class AnalysisRegistry:
    """``settings``: the index's settings, nested or flat, with or without the ``index.`` in front.

    Everything that the settings define is built at once, so that what is wrong with them is raised here.
    """

    def __init__(self, settings: Mapping[str, Any] | None = None, *, index: str = "") -> None:
        self.index = index
        self.settings = {key.removeprefix("index."): value for key, value in flatten(settings or {}).items()}
        if any(key.startswith("analysis.") for key in self.settings):
            raise NotFaked("analysis settings")
        self._analyzers: dict[str, Analyzer] = {}
        self._normalizers = {"lowercase": Analyzer(KeywordTokenizer(), [LowerCaseFilter()], name="lowercase")}

    def analyzer(self, name: str) -> Analyzer | None:
        """The analyzer of that name, None if there is none."""
        if name not in self._analyzers and name in BUILT_IN:
            self._analyzers[name] = BUILT_IN[name](name)
        return self._analyzers.get(name)

    def normalizer(self, name: str) -> Analyzer | None:
        """The normalizer of that name, None if there is none."""
        return self._normalizers.get(name)

    @property
    def default(self) -> Analyzer:
        """What a text field is analyzed with that names no analyzer."""
        analyzer = self.analyzer("default")
        assert analyzer is not None
        return analyzer

    @property
    def default_search(self) -> Analyzer | None:
        """The analyzer named ``default_search``, if the index has one."""
        return self.analyzer("default_search")

    @property
    def default_search_quoted(self) -> Analyzer | None:
        """The analyzer named ``default_search_quoted``, if the index has one."""
        return self.analyzer("default_search_quoted")
