"""Features keep nine bits of a value."""

from __future__ import annotations

import numpy as np
import pytest

from fakeknn.errors import IllegalArgumentException
from fakeknn.fields import features


@pytest.mark.parametrize("value", [1.0, 0.3, 50.3, 1e30])
def test_a_value_comes_back_within_its_precision(value: float) -> None:
    kept = features.decode(np.array([features.encode(value, "f", "_feature")]))[0]
    assert kept <= value
    assert kept == pytest.approx(value, rel=2**-8)


@pytest.mark.parametrize("value", [0.0, -1.0, 1e-40, 1e39])
def test_values_are_positive_and_finite(value: float) -> None:
    with pytest.raises(IllegalArgumentException, match="featureValue must be"):
        features.encode(value, "f", "_feature")
