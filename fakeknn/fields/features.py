"""rank_feature and rank_features: numbers that only scores are made of, in nine bits of precision."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, OpenSearchError
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.buffers import Buffer, KeywordBuffer, NumericBuffer
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.parameters import META, Parameter, flag
from fakeknn.view import Column, Grow, KeywordColumn, Mask, Rows
from fakeknn.xcontent import java_float, objects

_MIN_NORMAL = float(np.finfo(np.float32).tiny)


def encode(value: float, feature: str, field: str) -> int:
    """FeatureField: a value as the frequency of its feature's term."""
    with np.errstate(over="ignore"):
        single = np.float32(value)
    what = f"got: {java_float(single)} for feature {feature} on field {field}"
    if not np.isfinite(single):
        raise IllegalArgumentException(f"featureValue must be finite, {what}")
    if single < _MIN_NORMAL:
        raise IllegalArgumentException(
            f"featureValue must be a positive normal float, {what} which is less than the minimum positive normal "
            f"float: {java_float(np.float32(_MIN_NORMAL))}"
        )
    return int(single.view(np.int32)) >> 15


def decode(frequencies: NDArray[np.int64]) -> NDArray[np.float32]:
    """float32: FeatureField.decodeFeatureValue."""
    return (frequencies << 15).astype(np.int32).view(np.float32)


class FeatureFieldType(FieldType):
    """What both types share."""

    has_index_analyzer = True
    tells_no_analyzer = True
    has_doc_values = False

    def require_index(self) -> None:
        """What is asked is refused whatever the index holds."""

    def require_doc_values(self) -> None:
        raise IllegalArgumentException(f"[{self.kind}] fields do not support sorting, scripting or aggregating")

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        raise IllegalArgumentException(f"Queries on [{self.kind}] fields are not supported")

    def terms(self, column: Column, values: Any) -> Mask:
        return self.term(column, None)

    @property
    def positive(self) -> bool:
        return bool(self.option("positive_score_impact"))

    def impact(self, value: float) -> float:
        """A value as it is kept: the higher, the better."""
        if self.positive:
            return value
        with np.errstate(divide="ignore", over="ignore"):
            return float(np.float32(1) / np.float32(value))


@register("rank_feature")
class RankFeatureFieldType(FeatureFieldType):
    once = True
    parameters: ClassVar[tuple[Parameter, ...]] = (flag("positive_score_impact", True), META)

    def new_buffer(self) -> Buffer | None:
        return NumericBuffer(np.int64)

    def repeated(self) -> OpenSearchError:
        return IllegalArgumentException(
            f"[rank_feature] fields do not support indexing multiple values for the same field [{self.path}] in the "
            "same document"
        )

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> int | None:
        if value is None:
            return None
        number = objects.decimal(container, key)
        try:
            return encode(self.impact(number), self.path, "_feature")
        except OpenSearchError as error:
            if isinstance(value, float):
                with np.errstate(over="ignore"):
                    error.preview = np.float32(value)  # type: ignore[attr-defined]
            raise

    def fetch(self, value: Any, format: str | None = None) -> Any:
        self.refuse_format(format)
        return None if value is None else np.float32(objects.decimal({"": value}, ""))


class FeaturesColumn(KeywordColumn):
    """Features by number, each with the frequency that stands for its value."""

    frequencies: NDArray[np.int64]


class FeaturesBuffer(KeywordBuffer):
    def __init__(self) -> None:
        super().__init__()
        self._frequencies: Grow[np.int64] = Grow(np.int64)
        self._waiting_frequencies: list[int] = []

    def add(self, row: int, values: list[Any]) -> None:
        if len(values) > 1 and self._first_repeat is None:
            self._first_repeat = row
        for feature, frequency in values:
            self._waiting_rows.append(row)
            self._waiting.append(self._number(feature))
            self._waiting_frequencies.append(frequency)

    def _flush(self) -> None:
        super()._flush()
        self._frequencies.extend(self._waiting_frequencies)
        self._waiting_frequencies = []

    def _arrange(self, twin: Self, chosen: NDArray[np.int64], numbers: Rows) -> None:
        super()._arrange(twin, chosen, numbers)
        twin._frequencies.extend(self._frequencies.first()[chosen])

    def _column(self, n: int, m: int, single: bool) -> Column:
        plain = super()._column(n, m, single)
        assert isinstance(plain, KeywordColumn)
        column = FeaturesColumn(n, plain.rows, single, plain.tids, plain.terms, plain.numbers, plain.n_terms)
        column.frequencies = self._frequencies.first(m)
        return column


@register("rank_features")
class RankFeaturesFieldType(FeatureFieldType):
    takes_objects = True
    gives_lists = True
    raises_plainly = True
    searchable = False
    parameters: ClassVar[tuple[Parameter, ...]] = (META, flag("positive_score_impact", True))

    def new_buffer(self) -> Buffer | None:
        return FeaturesBuffer()

    def no_exists(self) -> OpenSearchError:
        return IllegalArgumentException("[rank_features] fields do not support [exists] queries")

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> list[tuple[str, int]]:
        if not isinstance(value, dict):
            raise IllegalArgumentException(
                "[rank_features] fields must be json objects, expected a START_OBJECT but got: " + objects.token(value)
            )
        found = []
        known = {feature for feature, _ in doc.kept}
        for feature, item in value.items():
            if item is None:
                continue
            if isinstance(item, bool) or not isinstance(item, int | float | str):
                raise IllegalArgumentException(
                    "[rank_features] fields take hashes that map a feature to a strictly positive float, but got "
                    f"unexpected token {objects.token(item)}"
                )
            number = objects.decimal(value, feature)
            if feature in known:
                raise IllegalArgumentException(
                    "[rank_features] fields do not support indexing multiple values for the same rank feature "
                    f"[{self.path}.{feature}] in the same document"
                )
            number = self.impact(number)
            found.append((feature, encode(number, feature, self.path)))
        return found

    def fetch(self, value: Any, format: str | None = None) -> Any:
        if format is not None:
            raise IllegalArgumentException(f"Field [{self.path}] doesn't support formats.")
        return value


__all__ = ["FeaturesColumn", "RankFeatureFieldType", "RankFeaturesFieldType", "decode"]
