"""The rotation of the ``binary`` encoder."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from fakeknn.knn.rotation import _gaussians, rotated, rotation


@pytest.mark.parametrize("dimension", [1, 2, 7, 33])
def test_it_keeps_lengths_and_angles(dimension: int) -> None:
    matrix = rotation(dimension)
    assert matrix.dtype == np.float32
    assert np.abs(matrix @ matrix.T - np.eye(dimension)).max() < 1e-4


def test_it_is_the_same_everywhere() -> None:
    """What the plugin's own test says of two dimensions (RandomRotationIT)."""
    turned = rotated(np.array([[1, 0], [1, 1]], np.float32))
    assert turned[0] == pytest.approx([-0.22524017, 0.9743033], abs=1e-6)


def test_gaussian_numbers_are_java() -> None:
    """``new Random(42).nextGaussian()``, thrice."""
    drawn = list(islice(_gaussians(42), 3))
    assert drawn == pytest.approx([1.1419053154730547, 0.9194079489827879, -0.9498666368908959])
