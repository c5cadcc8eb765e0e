"""An index's settings through its life: what may be asked for, what a new index gets, what may change later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    NumberFormatException,
    SettingsException,
    ValidationException,
)
from fakeknn.state.names import simple_match
from fakeknn.state.settings.flat import ARCHIVED_PREFIX, with_index_prefix
from fakeknn.state.settings.index import INDEX_SETTINGS
from fakeknn.state.settings.kinds import DYNAMIC, PRIVATE, Settings, Value, java_text
from fakeknn.state.settings.similarities import check_similarities
from fakeknn.units import ByteSizeValue, parse_byte_size, parse_int, parse_time_value
from fakeknn.xcontent.java import hash_ordered, java_double, java_string

_FLUSH_THRESHOLD = "index.translog.flush_threshold_size"
_MOST_FLUSH_THRESHOLD = "indices.composite_index.translog.max_flush_threshold_size"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What settings of the cluster say of those of indices."""

    default_replicas: str = "1"
    minimum_refresh_interval: str = "0ms"
    composite_flush_threshold: str = "512mb"

    @staticmethod
    def by(cluster_setting: Callable[[str, str], Any]) -> Allowed:
        """``cluster_setting`` gives the text of a setting, or what is given where it is not set."""
        return Allowed(
            cluster_setting("cluster.default_number_of_replicas", "1"),
            cluster_setting("cluster.minimum.index.refresh_interval", "0ms"),
            cluster_setting(_MOST_FLUSH_THRESHOLD, "512mb"),
        )

    def check(self, requested: Mapping[str, Value]) -> None:
        """What a new index and a template may ask for."""
        self.check_refresh_interval(requested)
        if requested.get("index.composite_index") is not None:
            problem = self.composite_problem(requested)
            if problem is not None:
                raise IllegalArgumentException(problem)

    def check_refresh_interval(self, settings: Mapping[str, Value]) -> None:
        if settings.get("index.refresh_interval") is None:
            return
        asked = INDEX_SETTINGS.get(settings, "index.refresh_interval")
        least = parse_time_value(self.minimum_refresh_interval, "cluster.minimum.index.refresh_interval")
        if asked.millis != -1 and asked.millis < least.millis:
            raise IllegalArgumentException(
                f"invalid index.refresh_interval [{asked}]: cannot be smaller than "
                f"cluster.minimum.index.refresh_interval [{least}]"
            )

    def composite_problem(self, settings: Mapping[str, Value]) -> str | None:
        """What is wrong with the settings for an index that says whether it is a composite one, either way."""
        asked = INDEX_SETTINGS.get(settings, _FLUSH_THRESHOLD)
        most = parse_byte_size(
            self.composite_flush_threshold, "indices.composite_index.translog.max_flush_threshold_size"
        )
        if asked.bytes <= most.bytes:
            return None
        return f"You can configure '{_FLUSH_THRESHOLD}' with upto '{most}' for composite index"


# --- a new index ------------------------------------------------------------------------------------------------------


def check_requested(settings: Mapping[str, Value]) -> None:
    """MetadataCreateIndexService.normalizeRequestSetting: what a request asks for, by itself, with full keys."""
    INDEX_SETTINGS.validate(settings, dependencies=True)


def problems(settings: Mapping[str, Value]) -> list[str]:
    """getIndexSettingsValidationErrors: what must not be asked for, in new indices and templates."""
    found = []
    if settings.get("index.data_path") not in (None, ""):  # an empty list reads as "[]"
        found.append("path.shared_data must be set in order to use custom data paths")
    for key in sorted(settings):
        setting = INDEX_SETTINGS.find(key)
        if setting is None:
            if not INDEX_SETTINGS.is_unregistered_private(key):
                found.append(f"expected [{key}] to be private but it was not")
        elif PRIVATE in setting.marks:
            found.append(f"private index setting [{key}] can not be set explicitly")
    return found


def check_replicas_readable(settings: Mapping[str, Value]) -> None:
    """What getIndexSettingsValidationErrors reads for the balance of awareness attributes, whatever it finds wrong."""
    for key in ("index.number_of_replicas", "index.number_of_search_replicas"):
        text = java_text(settings.get(key))
        try:
            parse_int("0" if text is None else text)
        except NumberFormatException as error:
            raise SettingsException(f"Failed to parse int setting [{key}] with value [{text}]") from error
    for key in ("index.auto_expand_replicas", "index.auto_expand_search_replicas"):
        INDEX_SETTINGS.get(settings, key)


def check_allowed(settings: Mapping[str, Value]) -> None:
    """MetadataCreateIndexService.validateIndexSettings."""
    found = problems(settings)
    if found:
        raise ValidationException(*found)


def completed(
    requested: Mapping[str, Value],
    templates: Mapping[str, Value],
    *,
    provided_name: str,
    uuid: str,
    creation_date: int,
    version_created: str,
    default_replicas: str = "1",
) -> Settings:
    """aggregateIndexSettings: a new index's settings; requests go before templates, a null is as if never said."""
    settings: Settings = {}
    additional = _additional({**templates, **requested})
    for key, value in additional.items():
        if not (key in templates and templates[key] is None) and not (key in requested and requested[key] is None):
            settings[key] = value
    settings.update(templates)
    settings.update(requested)
    settings = {key: value for key, value in settings.items() if value is not None or key not in additional}
    if settings.get("index.version.created") is None:
        settings["index.version.created"] = version_created
    if "index.number_of_shards" not in settings:
        settings["index.number_of_shards"] = "1"
    if settings.get("index.number_of_replicas") is None:
        settings["index.number_of_replicas"] = default_replicas
    if settings.get("index.creation_date") is None:
        settings["index.creation_date"] = str(creation_date)
    settings["index.provided_name"] = provided_name
    settings["index.uuid"] = uuid
    settings["index.replication.type"] = str(
        INDEX_SETTINGS.get(
            requested if requested.get("index.replication.type") is not None else templates, "index.replication.type"
        )
    )
    return dict(sorted(settings.items()))


def _additional(settings: Mapping[str, Value]) -> Settings:
    """IndexSettingProvider of the k-NN plugin: vectors are derived from the source unless that is declined."""
    return {"index.knn.derived_source.enabled": "true"} if settings.get("index.knn") == "true" else {}


def check_completed(settings: Mapping[str, Value], requested: Mapping[str, Value], allowed: Allowed) -> None:
    """The checks of ``aggregateIndexSettings`` behind the shard limit."""
    if INDEX_SETTINGS.get(settings, "index.soft_deletes.enabled") is False:
        raise IllegalArgumentException(
            "Creating indices with soft-deletes disabled is no longer supported. Please do not specify a value for "
            "setting [index.soft_deletes.enabled]."
        )
    allowed.check(requested)
    _check_search_replicas(settings)
    check_primaries_per_node(settings)


def _check_search_replicas(settings: Mapping[str, Value]) -> None:
    if INDEX_SETTINGS.get(settings, "index.number_of_search_replicas") > 0:
        raise IllegalArgumentException(
            "To set index.number_of_search_replicas, index.remote_store.enabled must be set to true"
        )


_PRIMARIES = (
    "index.routing.allocation.total_primary_shards_per_node",
    "index.routing.allocation.total_remote_capable_primary_shards_per_node",
)


def check_primaries_per_node(settings: Mapping[str, Value]) -> None:
    if any(INDEX_SETTINGS.get(settings, key) != -1 for key in _PRIMARIES):
        raise IllegalArgumentException(
            f"Setting [{_PRIMARIES[0]}] or [{_PRIMARIES[1]}] can only be used with remote store enabled clusters"
        )


def check_active_shard_count(settings: Mapping[str, Value]) -> None:
    """IndexMetadata.Builder.build: writes cannot wait for more copies than there are."""
    wanted = INDEX_SETTINGS.get(settings, "index.write.wait_for_active_shards")
    copies = INDEX_SETTINGS.get(settings, "index.number_of_replicas") + 1
    if wanted > copies:
        raise IllegalArgumentException(
            f"invalid index.write.wait_for_active_shards[{wanted}]: cannot be greater than number of shard copies "
            f"[{copies}]"
        )


#: IndexModule.Type.
STORE_TYPES = ("", "fs", "niofs", "mmapfs", "hybridfs", "simplefs")


def check_makeable(settings: Mapping[str, Value], before: Mapping[str, Value] | None = None) -> None:
    """What OpenSearch finds only when it makes the index, or a closed one with new settings, from them.

    An open index is made anew from its settings ``before``, and then given the new ones.
    """
    check_active_shard_count(settings)
    if settings.get("index.store.type") == "remote_snapshot":
        raise NotFaked("searchable snapshots")
    if settings.get("index.derived_source.enabled") == "true":
        raise NotFaked("sources derived from the values of all fields (index.derived_source.enabled)")
    for key, kind, known in (
        ("index.store.type", "store type", STORE_TYPES),
        ("index.store.factory", "store factory", ("",)),
        ("index.composite_store.type", "composite store type", ("", "default")),
        ("index.recovery.type", "recovery type", ("",)),
    ):
        text = settings.get(key)
        if text is not None and text not in known:
            raise IllegalArgumentException(f"Unknown {kind} [{java_string(text)}]")
    policy = settings.get("index.merge_on_flush.policy")
    if policy not in (None, "", "default", "merge-on-flush"):
        raise IllegalArgumentException(
            f"The index.merge_on_flush.policy has unsupported policy specified: {java_string(policy)}. Please use one "
            "of: default, merge-on-flush"
        )
    if "index.optimize_auto_generated_id" in (settings if before is None else before):  # null is there as well
        raise IllegalArgumentException("Setting [index.optimize_auto_generated_id] was removed in version 7.0.0")
    _check_merge_policy(settings)
    check_similarities(settings)


def _check_merge_policy(settings: Mapping[str, Value]) -> None:
    """Lucene's TieredMergePolicy, which is given megabytes."""

    def megabytes(key: str) -> float:
        size: ByteSizeValue = INDEX_SETTINGS.get(settings, key)
        return size.bytes / 1048576

    expunge = INDEX_SETTINGS.get(settings, "index.merge.policy.expunge_deletes_allowed")
    if not 0 <= expunge <= 100:
        raise IllegalArgumentException(
            f"forceMergeDeletesPctAllowed must be between 0.0 and 100.0 inclusive (got {java_double(expunge)})"
        )
    floor = megabytes("index.merge.policy.floor_segment")
    if floor <= 0:
        raise IllegalArgumentException(f"floorSegmentMB must be > 0.0 (got {java_double(floor)})")
    largest = megabytes("index.merge.policy.max_merged_segment")
    if largest < 0:
        raise IllegalArgumentException(f"maxMergedSegmentMB must be >=0 (got {java_double(largest)})")


# --- changes ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Updated:
    """An index whose settings are to be changed."""

    name: str
    uuid: str
    is_open: bool
    settings: Mapping[str, Value]


def update_settings(
    indices: Sequence[Updated],
    changes: Mapping[str, Value],
    *,
    preserve_existing: bool = False,
    allowed: Allowed = Allowed(),
    check_replicas: Callable[[int], None] = lambda replicas: None,
) -> dict[str, Settings]:
    """MetadataUpdateSettingsService.updateSettings: the new settings of the indices that change, by name.

    ``check_replicas`` refuses more replicas than there is room for.
    """
    changes = with_index_prefix(dict(changes))
    allowed.check_refresh_interval(changes)
    if any(changes.get(key) is not None for key in _PRIMARIES):
        check_primaries_per_node(changes)
    INDEX_SETTINGS.validate(
        {key: value for key, value in changes.items() if "*" not in key},
        dependencies=False,
        ignore_archived=True,
        refuse_managed=True,
    )
    dynamic: Settings = {}
    skipped = []
    for key, value in changes.items():
        setting = INDEX_SETTINGS.find(key)
        if not key.startswith(ARCHIVED_PREFIX) and (setting is None or DYNAMIC in setting.marks):
            dynamic[key] = value
        else:
            skipped.append(key)
    if changes.get(_FLUSH_THRESHOLD) is not None:
        composite = [index for index in indices if index.settings.get("index.composite_index") is not None]
        problems = [problem for _ in composite if (problem := allowed.composite_problem(changes)) is not None]
        if problems:
            raise ValidationException(*problems)
    opened = [index for index in indices if index.is_open]
    if skipped and opened:
        raise IllegalArgumentException(
            f"Can't update non dynamic settings [[{', '.join(hash_ordered(skipped))}]] for open indices "
            f"[{', '.join(f'[{index.name}/{index.uuid}]' for index in opened)}]"
        )
    if "index.number_of_replicas" in dynamic and not preserve_existing:
        asked = dynamic["index.number_of_replicas"]
        check_replicas(int(allowed.default_replicas if asked is None else str(asked)))
    _check_search_replicas(dynamic)
    updated: dict[str, Settings] = {}
    for index in [*opened, *(index for index in indices if not index.is_open)]:
        found = INDEX_SETTINGS.updated(
            index.settings, dynamic if index.is_open else changes, index.name, only_dynamic=index.is_open
        )
        if found is None:
            continue
        if preserve_existing:
            found.update(index.settings)
        if found.get("index.number_of_replicas") is None:
            found["index.number_of_replicas"] = allowed.default_replicas if index.is_open else "1"
        INDEX_SETTINGS.validate(
            {key: value for key, value in found.items() if not INDEX_SETTINGS.is_unregistered_private(key)},
            dependencies=True,
            ignore_archived=True,
        )
        if found != index.settings:
            updated[index.name] = dict(sorted(found.items()))
    for index in indices:
        if index.name in updated:
            check_makeable(updated[index.name], index.settings if index.is_open else None)
    return updated


def shown(settings: Mapping[str, Value], names: Iterable[str] = ()) -> dict[str, Any]:
    """GET _settings/{names}: the settings whose keys match one of the patterns, all without any."""
    patterns = [name for name in names if name != "_all"]
    return {
        key: value
        for key, value in settings.items()
        if not patterns or any(simple_match(pattern, key) for pattern in patterns)
    }
