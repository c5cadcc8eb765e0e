from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def silent_overflow() -> Iterator[None]:
    """As wherever a request is answered."""
    with np.errstate(all="ignore"):
        yield
