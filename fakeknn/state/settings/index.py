"""The settings of an index: every key that OpenSearch 3.5.0 and its k-NN plugin know, with type, default and bounds."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from fakeknn.errors import IllegalArgumentException, NotFaked, NumberFormatException, SettingsException
from fakeknn.state.routing import routing_factor
from fakeknn.state.settings.index_table import INDEX_TABLE
from fakeknn.state.settings.kinds import (
    DYNAMIC,
    FINAL,
    INTERNAL,
    NOT_COPYABLE,
    PRIVATE,
    UNMODIFIABLE,
    AffixSetting,
    BooleanSetting,
    Check,
    ChoiceSetting,
    GroupSetting,
    IntegerSetting,
    ListSetting,
    LongSetting,
    ParsedSetting,
    Setting,
    Settings,
)
from fakeknn.state.settings.registry import Registry
from fakeknn.state.settings.similarities import SIMILARITIES
from fakeknn.state.settings.table import parse_table
from fakeknn.units import INT_MAX, parse_boolean, parse_int
from fakeknn.xcontent import parse_double
from fakeknn.xcontent.java import hash_ordered, java_double

CODECS = ("default", "lz4", "best_compression", "zlib", "lucene_default", "Lucene103", "KNN1030Codec")
NIO_EXTENSIONS = "segments_N write.lock si cfe fnm fdx fdt pos pay nvm dvm tvx tvd liv dii vem".split()
CALENDAR_INTERVALS = frozenset(
    "second 1s minute 1m hour 1h day 1d week 1w month 1M quarter 1q year 1y half-hour 30m quarter-hour 15m".split()
)
INGESTION_RESETS = ("EARLIEST", "LATEST", "RESET_BY_OFFSET", "RESET_BY_TIMESTAMP", "NONE")

# --- parsers of single settings ---------------------------------------------------------------------------------------


def _version(text: str, key: str) -> int:
    """Version.fromId: those of OpenSearch have a bit that those of its predecessor lack."""
    number = parse_int(text)
    if number and not number & 0x08000000:
        raise IllegalArgumentException(f"Version id {number} must contain OpenSearch mask")
    return number


def _auto_expand(text: str, key: str) -> tuple[int, int] | None:
    """AutoExpandReplicas.parse: ``false``, or ``0-5``, ``0-all`` as the least and most replicas."""
    if text == "false":
        return None
    dash = text.find("-")
    refusal = f"failed to parse [{key}] from value: [{text}] at index {dash}"
    if dash == -1:
        raise IllegalArgumentException(refusal)
    try:
        low = parse_int(text[:dash])
        high = INT_MAX if text[dash + 1 :] == "all" else parse_int(text[dash + 1 :])
    except NumberFormatException as error:
        raise IllegalArgumentException(refusal) from error
    if low > high:
        raise IllegalArgumentException(f"[{key}] minReplicas must be =< maxReplicas but wasn't {low} > {high}")
    return low, high


def _no_cfs_ratio(text: str, key: str) -> float:
    """TieredMergePolicyProvider.parseNoCFSRatio: a boolean, or a share of the index."""
    text = text.strip()
    if text.lower() in ("true", "false"):
        return 1.0 if text.lower() == "true" else 0.0
    try:
        value = parse_double(text)
    except NumberFormatException as error:
        raise IllegalArgumentException(
            f"Expected a boolean or a value in the interval [0..1] but was: [{text}]"
        ) from error
    if not 0 <= value <= 1:
        raise IllegalArgumentException(f"NoCFSRatio must be in the interval [0..1] but was: [{java_double(value)}]")
    return value


def _active_shard_count(text: str, key: str) -> int:
    """ActiveShardCount.parseString: a number; ``all`` is -1."""
    if text == "all":
        return -1
    try:
        count = parse_int(text)
    except NumberFormatException as error:
        raise IllegalArgumentException(f"cannot parse ActiveShardCount[{text}]") from error
    if count < 0:
        raise IllegalArgumentException("shard count cannot be a negative value")
    return count


def _slowlog_source(text: str, key: str) -> int:
    """How many characters of a document the slow log shows: a number, or all or none of them."""
    try:
        return parse_int(text)
    except NumberFormatException:
        return INT_MAX if not text.strip() or parse_boolean(text) else 0


def _slowlog_level(name: str) -> ChoiceSetting:
    return ChoiceSetting(
        name,
        "TRACE",
        DYNAMIC,
        choices=("WARN", "INFO", "DEBUG", "TRACE"),
        refusal="No enum constant org.opensearch.common.logging.SlowLogLevel.{folded}",
        fold="upper",
    )


def _ingestion_error_strategy(text: str, key: str) -> str:
    if text.upper() in ("DROP", "BLOCK"):
        return text.upper()
    constant = f"org.opensearch.indices.pollingingest.IngestionErrorStrategy.ErrorStrategy.{text.upper()}"
    raise IllegalArgumentException(f"Invalid ingestion errorStrategy: {text}") from IllegalArgumentException(
        f"No enum constant {constant}"
    )


def _calendar_interval(text: str) -> str:
    if text not in CALENDAR_INTERVALS:
        raise IllegalArgumentException("unknown calendar intervals specified in star tree index mapping")
    return text


def _sort_order(text: str) -> str:
    if text.lower() not in ("asc", "desc"):
        raise IllegalArgumentException(f"Illegal sort order:{text}")
    return text.lower()


def _sort_mode(text: str) -> str:
    if text.lower() not in ("sum", "avg", "median", "min", "max"):
        raise IllegalArgumentException(f"Illegal sort mode: {text}")
    if text.lower() not in ("min", "max"):
        raise IllegalArgumentException(f"Illegal index sort mode:[{text.upper()}], must be one of [MAX, MIN]")
    return text.lower()


def _sort_missing(text: str) -> str:
    if text not in ("_last", "_first"):
        raise IllegalArgumentException(f"Illegal missing value:[{text}], must be one of [_last, _first]")
    return text


def _node_filter(text: str, key: str) -> str:
    """A filter of nodes; those that name addresses must hold addresses."""
    if key.endswith(("._ip", "._host_ip", "._publish_ip")):
        for address in text.replace(" ", "").split(","):
            if address and "*" not in address:
                try:
                    ip_address(address)
                except ValueError:
                    raise IllegalArgumentException(f"invalid IP address [{address}] for [{key}]") from None
    return text


# --- checks against other settings ------------------------------------------------------------------------------------


def _routing_shards(value: int, get: Callable[[str], Any]) -> None:
    shards = get("index.number_of_shards")
    if value < shards:
        raise IllegalArgumentException(
            f"index.number_of_routing_shards [{value}] must be >= index.number_of_shards [{shards}]"
        )
    routing_factor(shards, value)


def _within(name: str, limit: int, java_property: str) -> Check:
    def check(value: int, get: Callable[[str], Any]) -> None:
        if value > limit:
            raise IllegalArgumentException(
                f"The provided value {value} of the index setting 'index.mapping.{name}' exceeds per-JVM configured "
                f"limit of {limit}. Please change the setting value or increase per-JVM limit using '{java_property}' "
                "system property."
            )

    return check


def _derived_source(value: bool, get: Callable[[str], Any]) -> None:
    if not get("index.knn"):
        raise IllegalArgumentException('Index setting "index.knn" must be true in order to enabled derived source')


def _with_derived_source(value: bool, get: Callable[[str], Any]) -> None:
    if value and not get("index.derived_source.enabled"):
        raise IllegalArgumentException(
            "The index.derived_source.translog.enabled can't be set when index.derived_source.enabled setting is "
            "disabled"
        )


def _feature_flag(value: bool, get: Callable[[str], Any]) -> None:
    if value:
        raise IllegalArgumentException(
            "FeatureFlag opensearch.experimental.feature.context_aware.migration.enabled must be enabled to set this "
            "property to true"
        )


def _no_compression_level(value: int, get: Callable[[str], Any]) -> None:
    raise IllegalArgumentException(f"Compression level cannot be set for the {get('index.codec')} codec.")


def _replicated_by_segments(value: bool, get: Callable[[str], Any]) -> None:
    if value and get("index.replication.type") != "SEGMENT":
        raise IllegalArgumentException(
            "To enable index.remote_store.enabled, index.replication.type should be set to SEGMENT"
        )


def _of_remote_store(key: str) -> Check:
    def check(value: str, get: Callable[[str], Any]) -> None:
        if not value:
            raise IllegalArgumentException(f"Setting {key} should be provided with non-empty repository ID")
        if not get("index.remote_store.enabled"):
            raise IllegalArgumentException(
                f"Settings {key} can only be set/enabled when index.remote_store.enabled is set to true"
            )

    return check


def _no_ingestion(value: str, get: Callable[[str], Any]) -> None:
    if value != "none":
        raise NotFaked("pull-based ingestion (index.ingestion_source)")


def _no_built_in_similarity(settings: Settings) -> None:
    for key in settings:
        name, dot, _ = key.partition(".")
        if not dot:
            raise SettingsException(
                f"Failed to get setting group for [] setting prefix and setting [{name}] because of a missing '.'"
            )
    for name in hash_ordered(SIMILARITIES):
        if any(key.startswith(name + ".") for key in settings):
            raise IllegalArgumentException(
                f"illegal value for [index.similarity.{name}] cannot redefine built-in similarity"
            )


#: Keys that the server writes without having registered them (IndexScopedSettings.isPrivateSetting).
UNREGISTERED = frozenset(
    {
        "index.version.upgraded",
        "index.provided_name",
        "index.merge.enabled",
        "index.shrink.source.uuid",
        "index.shrink.source.name",
        "index.resize.source.uuid",
        "index.resize.source.name",
        "index.plugins.replication.translog.retention_lease.pruning.enabled",
    }
)


def _is_unregistered(key: str) -> bool:
    return key in UNREGISTERED or key.startswith("index.routing.allocation.initial_recovery.")


def _with_rules() -> tuple[Setting, ...]:
    return (
        GroupSetting("index.analysis."),
        ParsedSetting("index.version.created", "0", PRIVATE | UNMODIFIABLE, parser=_version),
        ParsedSetting("index.auto_expand_replicas", "false", DYNAMIC, parser=_auto_expand),
        ParsedSetting("index.auto_expand_search_replicas", "false", DYNAMIC, parser=_auto_expand),
        ChoiceSetting(
            "index.codec",
            "default",
            choices=CODECS,
            refusal="unknown value for [index.codec] must be one of [default, lz4, best_compression, zlib] "
            "but was: {text}",
        ),
        IntegerSetting(
            "index.codec.compression_level", "3", low=1, high=6, requires=("index.codec",), agrees=_no_compression_level
        ),
        ListSetting(
            "index.composite_index.star_tree.field.default.date_intervals",
            ["minute", "half-hour"],
            FINAL,
            each=_calendar_interval,
        ),
        ParsedSetting("index.compound_format", "0.1", DYNAMIC, parser=_no_cfs_ratio),
        BooleanSetting("index.context_aware.enabled", "false", FINAL, check=_feature_flag),
        BooleanSetting(
            "index.derived_source.translog.enabled",
            "false",
            DYNAMIC,
            fallback="index.derived_source.enabled",
            check=_with_derived_source,
        ),
        ChoiceSetting(
            "index.fielddata.cache",
            "node",
            choices=("node", "none"),
            refusal="failed to parse [{text}] must be one of [node,none]",
        ),
        _slowlog_level("index.indexing.slowlog.level"),
        ParsedSetting("index.indexing.slowlog.source", "1000", DYNAMIC, parser=_slowlog_source),
        ParsedSetting("index.ingestion_source.error_strategy", "DROP", DYNAMIC, parser=_ingestion_error_strategy),
        ChoiceSetting(
            "index.ingestion_source.mapper_type",
            "default",
            FINAL,
            choices=("default", "raw_payload"),
            refusal="Unknown ingestion mapper type: {text}. Valid values are: default, raw_payload",
            fold="lower",
        ),
        AffixSetting("index.ingestion_source.param.", DYNAMIC, Setting("")),
        ChoiceSetting(
            "index.ingestion_source.pointer.init.reset",
            "LATEST",
            FINAL,
            choices=INGESTION_RESETS,
            refusal="Invalid value for index.ingestion_source.pointer.init.reset [{text}]",
            fold="upper",
        ),
        Setting("index.ingestion_source.type", "none", check=_no_ingestion),
        BooleanSetting(
            "index.knn.derived_source.enabled",
            "false",
            FINAL | UNMODIFIABLE,
            blank=True,
            requires=("index.knn",),
            agrees=_derived_source,
        ),
        LongSetting(
            "index.mapping.depth.limit",
            "20",
            DYNAMIC,
            low=1,
            check=_within("depth.limit", 1000, "opensearch.xcontent.depth.max"),
        ),
        LongSetting(
            "index.mapping.field_name_length.limit",
            "50000",
            DYNAMIC,
            low=1,
            check=_within("field_name_length.limit", 50000, "opensearch.xcontent.name.length.max"),
        ),
        ParsedSetting("index.merge.log_byte_size_policy.no_cfs_ratio", "0.1", DYNAMIC, parser=_no_cfs_ratio),
        ChoiceSetting(
            "index.merge.policy",
            "default",
            choices=("tiered", "log_byte_size", "default"),
            refusal="The setting has unsupported policy specified: {text}. "
            "Please use one of: tiered, log_byte_size, default",
        ),
        IntegerSetting(
            "index.number_of_routing_shards",
            "1",
            NOT_COPYABLE,
            fallback="index.number_of_shards",
            low=1,
            check=_routing_shards,
        ),
        BooleanSetting("index.remote_store.enabled", "false", DYNAMIC | PRIVATE, agrees=_replicated_by_segments),
        *(
            Setting(key, "", DYNAMIC | PRIVATE, agrees=_of_remote_store(key))
            for key in ("index.remote_store.segment.repository", "index.remote_store.translog.repository")
        ),
        ChoiceSetting(
            "index.replication.type",
            "DOCUMENT",
            FINAL,
            choices=(
                "DOCUMENT",
                "SEGMENT",
            ),
            refusal="Could not parse ReplicationStrategy for [{text}]",
        ),
        ChoiceSetting(
            "index.routing.allocation.enable",
            "all",
            DYNAMIC,
            choices=(
                "NONE",
                "NEW_PRIMARIES",
                "PRIMARIES",
                "ALL",
            ),
            refusal="Illegal allocation.enable value [{folded}]",
            fold="upper",
        ),
        AffixSetting("index.routing.allocation.exclude.", DYNAMIC, ParsedSetting("", "", parser=_node_filter)),
        AffixSetting("index.routing.allocation.include.", DYNAMIC, ParsedSetting("", "", parser=_node_filter)),
        AffixSetting("index.routing.allocation.require.", DYNAMIC, ParsedSetting("", "", parser=_node_filter)),
        ChoiceSetting(
            "index.routing.rebalance.enable",
            "all",
            DYNAMIC,
            choices=(
                "NONE",
                "PRIMARIES",
                "REPLICAS",
                "ALL",
            ),
            refusal="Illegal rebalance.enable value [{folded}]",
            fold="upper",
        ),
        ChoiceSetting(
            "index.search.concurrent_segment_search.mode",
            "none",
            DYNAMIC,
            choices=("all", "none", "auto"),
            refusal="Setting value must be one of [all, none, auto]",
        ),
        _slowlog_level("index.search.slowlog.level"),
        ChoiceSetting(
            "index.searchable_snapshot.shard_path_type",
            "FIXED",
            INTERNAL,
            choices=("FIXED", "HASHED_PREFIX", "HASHED_INFIX"),
            refusal="Could not parse PathType for [{text}]",
        ),
        ChoiceSetting(
            "index.shard.check_on_startup",
            "false",
            choices=("true", "false", "checksum"),
            refusal="unknown value for [index.shard.check_on_startup] must be one of [true, false, checksum] "
            "but was: {text}",
        ),
        GroupSetting("index.similarity.", check_group=_no_built_in_similarity),
        ListSetting("index.sort.missing", [], FINAL, each=_sort_missing),
        ListSetting("index.sort.mode", [], FINAL, each=_sort_mode),
        ListSetting("index.sort.order", [], FINAL, each=_sort_order),
        ChoiceSetting(
            "index.store.fs.fs_lock",
            "native",
            choices=("native", "simple"),
            refusal='unrecognized [index.store.fs.fs_lock] "{text}": must be native or simple',
        ),
        ChoiceSetting(
            "index.translog.durability",
            "REQUEST",
            DYNAMIC,
            choices=(
                "ASYNC",
                "REQUEST",
            ),
            refusal="No enum constant org.opensearch.index.translog.Translog.Durability.{folded}",
            fold="upper",
        ),
        ParsedSetting("index.write.wait_for_active_shards", "1", DYNAMIC, parser=_active_shard_count),
        ListSetting(
            "index.store.hybrid.nio.extensions",
            NIO_EXTENSIONS,
        ),
    )


INDEX_SETTINGS = Registry(lambda: (*parse_table(INDEX_TABLE), *_with_rules()), _is_unregistered)
