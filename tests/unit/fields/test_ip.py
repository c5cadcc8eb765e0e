"""Addresses: their bytes, their blocks, their order."""

from __future__ import annotations

import numpy as np
import pytest

from fakeknn.errors import IllegalArgumentException
from fakeknn.fields import ip
from fakeknn.fields.ip import IpBuffer, IpColumn


def test_both_families_have_sixteen_bytes() -> None:
    assert ip.address("1.2.3.4") == bytes(10) + b"\xff\xff\x01\x02\x03\x04"
    assert ip.shown(ip.address("::ffff:1.2.3.4")) == "1.2.3.4"
    assert ip.shown(ip.address("2001:0db8:0:0:1::1%eth0")) == "2001:db8::1:0:0:1"


@pytest.mark.parametrize("text", ["1.2.3", "01.2.3.4", "1.2.3.256", "", "::1::", "x", "fe80::1%"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(IllegalArgumentException, match="is not an IP string literal"):
        ip.address(text)


def test_a_block_has_bounds() -> None:
    low, high = ip.cidr("10.1.2.3/8")
    assert (ip.shown(low), ip.shown(high)) == ("10.0.0.0", "10.255.255.255")
    with pytest.raises(IllegalArgumentException, match="Illegal prefix length"):
        ip.cidr("10.0.0.0/33")


def test_columns_order_by_bytes() -> None:
    buffer = IpBuffer()
    for row, text in enumerate(["10.0.0.1", "9.0.0.1", "::1"]):
        buffer.add(row, [text])
    column = buffer.snapshot(3)
    assert isinstance(column, IpColumn)
    assert [column.terms[tid] for tid in column.order] == ["::1", "9.0.0.1", "10.0.0.1"]
    assert column.place("9.5.0.0") == (2, False)
    kept = buffer.arranged(np.array([0, 1, -1], np.int32)).snapshot(2)
    assert isinstance(kept, IpColumn)
    assert kept.rows_with(kept.between(*ip.cidr("9.0.0.0/8"))).tolist() == [False, True]
