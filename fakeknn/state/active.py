"""``wait_for_active_shards``: how many copies of a shard a write waits for."""

from __future__ import annotations

from dataclasses import dataclass

from fakeknn.errors import UnavailableShardsException
from fakeknn.state.index import Index
from fakeknn.units import TimeValue

ONE_MINUTE = TimeValue(1, "m")


@dataclass(frozen=True, slots=True)
class ActiveShards:
    """How many copies of a shard must be active for a write to begin, and how long it waits for them.

    ``count`` None means all of them, ``default`` that the index's setting decides.
    """

    count: int | None = 1
    default: bool = True
    timeout: TimeValue = ONE_MINUTE

    def wanted(self, index: Index) -> ActiveShards:
        setting = index.settings.get("index.write.wait_for_active_shards")
        if not self.default or setting is None:
            return self
        return ActiveShards(None if setting == "all" else int(setting), False, self.timeout)

    def shortage(self, index: Index, number: int) -> UnavailableShardsException | None:
        """Why a write must wait, in vain: on one node a primary is active and its replicas never are."""
        wanted = self.wanted(index)
        needed = 1 + index.number_of_replicas if wanted.count is None else wanted.count
        if needed <= 1:
            return None
        shown = "ALL" if wanted.count is None else str(wanted.count)
        return UnavailableShardsException(
            f"[{index.name}][{number}] Not enough active copies to meet shard count of [{shown}] (have 1, needed "
            f"{needed}). Timeout: [{self.timeout.text}]"
        )


#: What the index's setting asks for.
BY_SETTING = ActiveShards()
