"""``java.text.Normalizer``: Unicode's normal forms."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any, Literal, cast

from fakeknn.painless.dispatch import define_static
from fakeknn.painless.library_enum import Enum, declare
from fakeknn.painless.throwable import null_pointer
from fakeknn.painless.values import text

_Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

declare("java.text.Normalizer.Form", "NFD NFC NFKD NFKC")


def _of(function: Callable[[_Form, str], Any]) -> Callable[[Any, Enum | None], Any]:
    def run(source: Any, form: Enum | None) -> Any:
        if source is None:
            raise null_pointer('Cannot invoke "java.lang.CharSequence.toString()" because "src" is null')
        if form is None:
            raise null_pointer('Cannot invoke "java.text.Normalizer$Form.ordinal()" because "form" is null')
        return function(cast("_Form", form.name), text(source))

    return run


define_static(
    "java.text.Normalizer",
    {"normalize/2": _of(unicodedata.normalize), "isNormalized/2": _of(unicodedata.is_normalized)},
)
