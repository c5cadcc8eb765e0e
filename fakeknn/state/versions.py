"""What a write expects of the document it replaces: versions, version types, and compare-and-set by sequence number."""

from __future__ import annotations

from dataclasses import dataclass

from fakeknn.errors import IllegalArgumentException

#: Versions.MATCH_ANY, MATCH_DELETED and NOT_FOUND: what a version may be besides a number.
MATCH_ANY, MATCH_DELETED, NOT_FOUND = -3, -4, -1

#: SequenceNumbers.UNASSIGNED_SEQ_NO and UNASSIGNED_PRIMARY_TERM.
UNASSIGNED_SEQ_NO, UNASSIGNED_PRIMARY_TERM = -2, 0


class VersionType:
    """OpenSearch's VersionType: who counts the versions, and when a write or a read is in conflict with one."""

    name = ""
    least_for_writes = 0

    def conflict(self, current: int, expected: int, deleted: bool) -> str | None:
        """Why a write that expects one version may not replace another; None if it may."""
        raise NotImplementedError

    def next(self, current: int, expected: int) -> int:
        """The version that the document then has."""
        return expected

    def read_conflict(self, current: int, expected: int) -> str | None:
        """Why a read that expects one version may not see another."""
        if expected in (MATCH_ANY, current):
            return None
        if current == NOT_FOUND:
            return f"document does not exist (expected version [{expected}])"
        return f"current version [{current}] is different than the one provided [{expected}]"

    def valid_for_writes(self, version: int) -> bool:
        return version >= 0


class _Internal(VersionType):
    name = "INTERNAL"

    def conflict(self, current: int, expected: int, deleted: bool) -> str | None:
        if expected == MATCH_ANY or (expected == MATCH_DELETED and deleted) or current == expected:
            return None
        if expected == MATCH_DELETED:
            return f"document already exists (current version [{current}])"
        return self.read_conflict(current, expected)

    def next(self, current: int, expected: int) -> int:
        return 1 if current == NOT_FOUND else current + 1

    def valid_for_writes(self, version: int) -> bool:
        return version > 0 or version in (MATCH_ANY, MATCH_DELETED)


class _External(VersionType):
    name = "EXTERNAL"

    def conflict(self, current: int, expected: int, deleted: bool) -> str | None:
        if current == NOT_FOUND or (expected != MATCH_ANY and current < expected):
            return None
        return f"current version [{current}] is higher or equal to the one provided [{expected}]"


class _ExternalGte(VersionType):
    name = "EXTERNAL_GTE"

    def conflict(self, current: int, expected: int, deleted: bool) -> str | None:
        if current == NOT_FOUND or (expected != MATCH_ANY and current <= expected):
            return None
        return f"current version [{current}] is higher than the one provided [{expected}]"


INTERNAL, EXTERNAL, EXTERNAL_GTE = _Internal(), _External(), _ExternalGte()

_BY_NAME = {"internal": INTERNAL, "external": EXTERNAL, "external_gt": EXTERNAL, "external_gte": EXTERNAL_GTE}


def version_type(name: str | None) -> VersionType:
    """The version type of that name; internal without one."""
    if name is None:
        return INTERNAL
    found = _BY_NAME.get(name)
    if found is None:
        raise IllegalArgumentException(f"No version type match [{name}]")
    return found


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a write expects to replace; by default anything."""

    version: int = MATCH_ANY
    version_type: VersionType = INTERNAL
    if_seq_no: int = UNASSIGNED_SEQ_NO
    if_primary_term: int = UNASSIGNED_PRIMARY_TERM

    def problems(self) -> list[str]:
        """DocWriteRequest.validateSeqNoBasedCASParams: what a request may not ask for."""
        found = []
        version, kind = self.version, self.version_type
        if not kind.valid_for_writes(version):
            found.append(f"illegal version value [{version}] for version type [{kind.name}]")
        if kind is INTERNAL and version not in (MATCH_ANY, MATCH_DELETED):
            found.append(
                "internal versioning can not be used for optimistic concurrency control. "
                "Please use `if_seq_no` and `if_primary_term` instead"
            )
        if self.if_seq_no != UNASSIGNED_SEQ_NO:
            if kind is not INTERNAL or version != MATCH_ANY:
                found.append("compare and write operations can not use versioning")
            if self.if_primary_term == UNASSIGNED_PRIMARY_TERM:
                found.append("ifSeqNo is set, but primary term is [0]")
        elif self.if_primary_term != UNASSIGNED_PRIMARY_TERM:
            found.append(f"ifSeqNo is unassigned, but primary term is [{self.if_primary_term}]")
        return found


ANYTHING = Expectation()
NOTHING = Expectation(version=MATCH_DELETED)
