"""Cluster settings with rules of their own: parsers, and checks against other settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    OpenSearchParseException,
)
from fakeknn.state.script_caches import CompilationRate
from fakeknn.state.settings.kinds import (
    DEPRECATED,
    DYNAMIC,
    HEAP,
    AffixSetting,
    Check,
    ChoiceSetting,
    DoubleSetting,
    GroupSetting,
    IntegerSetting,
    MemorySetting,
    ParsedSetting,
    RatioSetting,
    Setting,
    Settings,
    TimeSetting,
)
from fakeknn.state.settings.thresholds import (
    FILE_CACHE_INDEXING,
    FILE_CACHE_SEARCH,
    check_file_cache,
    check_watermarks,
    threshold,
)
from fakeknn.units import (
    ByteSizeValue,
    TimeValue,
    parse_int,
    parse_memory_size,
)

LEVELS = ("OFF", "FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE", "ALL")
SCRIPT_CONTEXTS = frozenset(
    """aggregation_selector aggs aggs_combine aggs_init aggs_map aggs_reduce analysis bucket_aggregation field filter
    ingest interval moving-function number_sort painless_test processor_conditional score search similarity
    similarity_weight string_sort template terms_set update""".split()
)
BLOCKS = ("all", "write", "metadata_write")
_BLOCK_REFUSAL = "invalid no-cluster-manager block [{text}], must be one of [all, write, metadata_write]"
_REBALANCE_REFUSAL = """Illegal value for {{
  "key" : "cluster.routing.allocation.allow_rebalance",
  "properties" : [
    "Dynamic",
    "NodeScope"
  ],
  "is_group_setting" : false,
  "default" : "indices_all_active"
}}: {text}"""


def _auto_create(text: str, key: str) -> bool | list[tuple[str, bool]]:
    """AutoCreateIndex.AutoCreate: whether any index may be created, or patterns of those that may and may not."""
    if text in ("true", "false"):
        return text == "true"
    rules = []
    for given in text.split(",") if text else ():
        pattern = given.strip()
        if not pattern:
            why = "must be either [true, false, or a comma separated list of index patterns]"
        elif pattern in ("-", "+"):
            why = f"must contain an index name after [{pattern}]"
        else:
            rules.append((pattern.lstrip("-+") if pattern[0] in "-+" else pattern, pattern[0] != "-"))
            continue
        error = IllegalArgumentException(f"Can't parse [{text}] for setting [action.auto_create_index] {why}")
        not_boolean = f"Failed to parse value [{text}] as only [true] or [false] are allowed."
        error.meta = {"suppressed": [IllegalArgumentException(not_boolean).members()]}
        raise error
    return rules


def _level(text: str, key: str) -> str:
    if text.upper() not in LEVELS:
        raise IllegalArgumentException(f"Unknown level constant [{text.upper()}].")
    return text.upper()


def _rate_of_context(text: str, key: str) -> CompilationRate | None:
    return None if text == "unlimited" else CompilationRate.parse(text)


def _rate_of_all(text: str, key: str) -> CompilationRate | None:
    return None if text == "use-context" else CompilationRate.parse(text)


def _cache_limit(percent: int) -> Callable[[str, str], ByteSizeValue]:
    """A cache of the k-NN plugin, which may take only some of the heap."""

    def parse(text: str, key: str) -> ByteSizeValue:
        size = parse_memory_size(text, key, HEAP)
        if size.bytes > HEAP * percent // 100:
            raise OpenSearchParseException(
                f"{key} ({size.bytes // 1024} KB) cannot exceed {percent}% of the heap ({HEAP // 1024} KB)."
            )
        return size

    return parse


def _thread_quantity(text: str, key: str) -> int:
    count = parse_int(text)
    if not 1 <= count <= 32:
        raise IllegalArgumentException("Value must be between 1 and 32")
    return count


def _merge_scheduler(text: str, key: str) -> int:
    count = parse_int(text)
    if count < 1:
        # The setting bears this name in its own refusal alone.
        named = key.replace("cluster.index.", "cluster.default.index.")
        raise IllegalArgumentException(f"Failed to parse value [{text}] for setting [{named}] must be >= 1")
    return count


# --- checks -----------------------------------------------------------------------------------------------------------


def _positive(key: str) -> Check:
    def check(value: float, get: Callable[[str], Any]) -> None:
        if value <= 0:
            raise IllegalArgumentException(f"{key} must be > 0")
        if key.endswith("_ratio") and value > 1:
            raise IllegalArgumentException(f"{key} must be <= 1.0")

    return check


def _allocator_timeout(key: str) -> Check:
    def check(value: TimeValue, get: Callable[[str], Any]) -> None:
        if value.millis != -1 and value.millis < 20_000:
            raise IllegalArgumentException(f"Setting [{key}] should be more than 20s or -1ms to disable timeout")

    return check


def _refresh_intervals(value: TimeValue, get: Callable[[str], Any]) -> None:
    least, default = get("cluster.minimum.index.refresh_interval"), get("cluster.default.index.refresh_interval")
    if default.millis >= 0 and least.millis > default.millis:
        raise IllegalArgumentException(
            f"cluster minimum index refresh interval [{least}] more than cluster default index refresh interval "
            f"[{default}]"
        )


def _shards_in_all(limit: str, per_node: str) -> Check:
    def check(value: int, get: Callable[[str], Any]) -> None:
        whole, node = get(limit), get(per_node)
        if whole != -1 and whole < node:
            raise IllegalArgumentException(
                f"MaxShardPerCluster {whole} should be greater than or equal to MaxShardPerNode {node}"
            )

    return check


def _remote_store_only(value: int, get: Callable[[str], Any]) -> None:
    if value != -1:
        raise IllegalArgumentException(
            "Setting [cluster.routing.allocation.total_primary_shards_per_node] can only be used with remote store "
            "enabled clusters"
        )


def _keeps_segment_metadata(value: int, get: Callable[[str], Any]) -> None:
    if value == 0:
        raise IllegalArgumentException(
            "Value 0 is not allowed for this setting as it would delete all the data from remote segment store"
        )


def _enough_translog_readers(value: int, get: Callable[[str], Any]) -> None:
    if value != -1 and value < 100:
        raise IllegalArgumentException("Cannot set value lower than 100")


_LIMITS = ("cluster.routing.allocation.total_shards_limit", "cluster.max_shards_per_node")
_REMOTE_LIMITS = (
    "cluster.routing.allocation.total_remote_capable_shards_limit",
    "cluster.max_remote_capable_shards_per_node",
)
_ALLOCATOR_TIMEOUTS = (
    ("cluster.routing.allocation.balanced_shards_allocator.allocator_timeout", "-1"),
    ("cluster.routing.allocation.shards_batch_gateway_allocator.primary_allocator_timeout", "20s"),
    ("cluster.routing.allocation.shards_batch_gateway_allocator.replica_allocator_timeout", "20s"),
)
_CANCELLATION = (
    ("search_backpressure.cancellation_rate", "0.003", DYNAMIC | DEPRECATED, None),
    ("search_backpressure.cancellation_ratio", "0.1", DYNAMIC | DEPRECATED, None),
    (
        "search_backpressure.search_shard_task.cancellation_rate",
        "0.003",
        DYNAMIC,
        "search_backpressure.cancellation_rate",
    ),
    (
        "search_backpressure.search_shard_task.cancellation_ratio",
        "0.1",
        DYNAMIC,
        "search_backpressure.cancellation_ratio",
    ),
    ("search_backpressure.search_task.cancellation_rate", "0.003", DYNAMIC, None),
    ("search_backpressure.search_task.cancellation_ratio", "0.1", DYNAMIC, None),
)


def _circuit_breakers(settings: Settings) -> None:
    for value in settings.values():
        parse_memory_size(str(value), "knn.memory.circuit_breaker.limit", HEAP)


def settings_with_rules() -> tuple[Setting, ...]:
    return (
        ParsedSetting("action.auto_create_index", "true", DYNAMIC, parser=_auto_create),
        ChoiceSetting(
            "admission_control.transport.mode",
            "disabled",
            DYNAMIC,
            choices=("disabled", "monitor_only", "enforced"),
            refusal="Invalid AdmissionControlMode: {text}",
            fold="lower",
        ),
        AffixSetting("breaker.*.limit", DYNAMIC, MemorySetting("", "100%")),
        AffixSetting("breaker.*.overhead", DYNAMIC, DoubleSetting("", "2.0", low=0.0)),
        ParsedSetting(FILE_CACHE_INDEXING, "90%", DYNAMIC, parser=threshold, check=check_file_cache),
        ParsedSetting(FILE_CACHE_SEARCH, "100%", DYNAMIC, parser=threshold, check=check_file_cache),
        AffixSetting("cluster.metadata.", DYNAMIC, Setting("")),
        ChoiceSetting(
            "cluster.migration.direction",
            "NONE",
            DYNAMIC,
            choices=("REMOTE_STORE", "NONE", "DOCREP"),
            refusal="[{text}] migration.direction is not supported.",
            fold="upper",
        ),
        ChoiceSetting(
            "cluster.no_cluster_manager_block",
            "metadata_write",
            DYNAMIC,
            fallback="cluster.no_master_block",
            choices=BLOCKS,
            refusal=_BLOCK_REFUSAL,
        ),
        ChoiceSetting(
            "cluster.no_master_block", "metadata_write", DYNAMIC | DEPRECATED, choices=BLOCKS, refusal=_BLOCK_REFUSAL
        ),
        ChoiceSetting(
            "cluster.persistent_tasks.allocation.enable",
            "all",
            DYNAMIC,
            choices=("NONE", "ALL"),
            refusal="Illegal value [{folded}] for [cluster.persistent_tasks.allocation.enable]",
            fold="upper",
        ),
        ChoiceSetting(
            "cluster.remote_store.compatibility_mode",
            "STRICT",
            DYNAMIC,
            choices=("STRICT", "MIXED"),
            refusal="[{text}] compatibility mode is not supported. supported modes are [[STRICT, MIXED]]",
            fold="upper",
        ),
        ChoiceSetting(
            "cluster.remote_store.state.checksum_validation.mode",
            "NONE",
            DYNAMIC,
            choices=("DEBUG", "TRACE", "FAILURE", "NONE"),
            refusal="[{text}] mode is not supported. supported modes are [[DEBUG, TRACE, FAILURE, NONE]]",
            fold="upper",
        ),
        ChoiceSetting(
            "cluster.routing.allocation.allow_rebalance",
            "indices_all_active",
            DYNAMIC,
            choices=("always", "indices_primaries_active", "indices_all_active"),
            refusal=_REBALANCE_REFUSAL,
            fold="lower",
        ),
        GroupSetting("cluster.routing.allocation.awareness.force.", marks=DYNAMIC),
        ParsedSetting(
            "cluster.routing.allocation.disk.watermark.flood_stage",
            "95%",
            DYNAMIC,
            parser=threshold,
            check=check_watermarks,
        ),
        ParsedSetting(
            "cluster.routing.allocation.disk.watermark.high", "90%", DYNAMIC, parser=threshold, check=check_watermarks
        ),
        ParsedSetting(
            "cluster.routing.allocation.disk.watermark.low", "85%", DYNAMIC, parser=threshold, check=check_watermarks
        ),
        ChoiceSetting(
            "cluster.routing.allocation.enable",
            "all",
            DYNAMIC,
            choices=("NONE", "NEW_PRIMARIES", "PRIMARIES", "ALL"),
            refusal="Illegal allocation.enable value [{folded}]",
            fold="upper",
        ),
        AffixSetting("cluster.routing.allocation.exclude.", DYNAMIC, Setting("")),
        AffixSetting("cluster.routing.allocation.include.", DYNAMIC, Setting("")),
        AffixSetting("cluster.routing.allocation.require.", DYNAMIC, Setting("")),
        IntegerSetting(
            "cluster.routing.allocation.node_concurrent_outgoing_recoveries",
            "2",
            DYNAMIC,
            low=0,
            fallback="cluster.routing.allocation.node_concurrent_recoveries",
        ),
        IntegerSetting(
            "cluster.routing.allocation.node_concurrent_incoming_recoveries",
            "2",
            DYNAMIC,
            low=0,
            fallback="cluster.routing.allocation.node_concurrent_recoveries",
        ),
        ChoiceSetting(
            "cluster.routing.allocation.shard_movement_strategy",
            "no_preference",
            DYNAMIC,
            choices=("NO_PREFERENCE", "PRIMARY_FIRST", "REPLICA_FIRST"),
            refusal="Illegal allocation.shard_movement_strategy value [{folded}]",
            fold="upper",
        ),
        ChoiceSetting(
            "cluster.routing.allocation.shard_state.reroute.priority",
            "NORMAL",
            DYNAMIC | DEPRECATED,
            choices=("IMMEDIATE", "URGENT", "HIGH", "NORMAL", "LOW", "LANGUID"),
            refusal="No enum constant org.opensearch.common.Priority.{folded}",
            fold="upper",
        ),
        ChoiceSetting(
            "cluster.routing.rebalance.enable",
            "all",
            DYNAMIC,
            choices=("NONE", "PRIMARIES", "REPLICAS", "ALL"),
            refusal="Illegal rebalance.enable value [{folded}]",
            fold="upper",
        ),
        ChoiceSetting(
            "cluster.search.request.slowlog.level",
            "TRACE",
            DYNAMIC,
            choices=("WARN", "INFO", "DEBUG", "TRACE"),
            refusal="No enum constant org.opensearch.common.logging.SlowLogLevel.{folded}",
            fold="upper",
        ),
        GroupSetting("cluster.thread_pool.", marks=DYNAMIC),
        GroupSetting("cluster_manager.throttling.thresholds.", marks=DYNAMIC),
        RatioSetting("indices.requests.cache.cleanup.staleness_threshold", "0%", DYNAMIC),
        GroupSetting("knn.memory.circuit_breaker.limit.", DYNAMIC, _circuit_breakers),
        AffixSetting("logger.", DYNAMIC, ParsedSetting("", "INFO", parser=_level)),
        AffixSetting("script.context.*.cache_expire", DYNAMIC, TimeSetting("", "0ms", low=TimeValue(0, "ms"))),
        AffixSetting("script.context.*.cache_max_size", DYNAMIC, IntegerSetting("", "100", low=0)),
        AffixSetting(
            "script.context.*.max_compilations_rate", DYNAMIC, ParsedSetting("", "75/5m", parser=_rate_of_context)
        ),
        ParsedSetting("script.max_compilations_rate", "use-context", DYNAMIC | DEPRECATED, parser=_rate_of_all),
        ChoiceSetting(
            "search.concurrent_segment_search.mode",
            "auto",
            DYNAMIC,
            choices=("all", "none", "auto"),
            refusal="Setting value must be one of [all, none, auto]",
        ),
        ChoiceSetting(
            "search.concurrent_segment_search.partition_strategy",
            "balanced",
            DYNAMIC,
            choices=("segment", "balanced", "force"),
            refusal="Setting value must be one of [segment, balanced, force]",
        ),
        DoubleSetting(
            "search_backpressure.search_shard_task.cancellation_burst",
            "10.0",
            DYNAMIC,
            low=1.0,
            fallback="search_backpressure.cancellation_burst",
        ),
        ChoiceSetting(
            "search_backpressure.mode",
            "monitor_only",
            DYNAMIC,
            choices=("disabled", "monitor_only", "enforced"),
            refusal="Invalid SearchBackpressureMode: {text}",
        ),
        ChoiceSetting(
            "wlm.workload_group.mode",
            "monitor_only",
            DYNAMIC,
            choices=("enabled", "monitor_only", "disabled"),
            refusal="{text} is an invalid WlmMode",
        ),
        TimeSetting(
            "cluster.default.index.refresh_interval", "1s", DYNAMIC, low=TimeValue(-1), check=_refresh_intervals
        ),
        TimeSetting(
            "cluster.minimum.index.refresh_interval", "0ms", DYNAMIC, low=TimeValue(0), check=_refresh_intervals
        ),
        ParsedSetting("cluster.index.merge.scheduler.max_merge_count", "6", DYNAMIC, parser=_merge_scheduler),
        ParsedSetting("cluster.index.merge.scheduler.max_thread_count", "1", DYNAMIC, parser=_merge_scheduler),
        ParsedSetting("knn.algo_param.index_thread_qty", "1", DYNAMIC, parser=_thread_quantity),
        ParsedSetting("knn.model.cache.size.limit", "10%", DYNAMIC, parser=_cache_limit(25)),
        ParsedSetting("knn.quantization.cache.size.limit", "5%", DYNAMIC, parser=_cache_limit(10)),
        IntegerSetting("cluster.max_shards_per_node", "1000", DYNAMIC, low=1, check=_shards_in_all(*_LIMITS)),
        IntegerSetting(_LIMITS[0], "-1", DYNAMIC, low=-1, check=_shards_in_all(*_LIMITS)),
        IntegerSetting(
            "cluster.max_remote_capable_shards_per_node", "1000", DYNAMIC, low=1, check=_shards_in_all(*_REMOTE_LIMITS)
        ),
        IntegerSetting(_REMOTE_LIMITS[0], "-1", DYNAMIC, low=-1, check=_shards_in_all(*_REMOTE_LIMITS)),
        IntegerSetting(
            "cluster.routing.allocation.total_primary_shards_per_node", "-1", DYNAMIC, low=-1, check=_remote_store_only
        ),
        IntegerSetting(
            "cluster.remote_store.index.segment_metadata.retention.max_count",
            "10",
            DYNAMIC,
            low=-1,
            check=_keeps_segment_metadata,
        ),
        IntegerSetting(
            "cluster.remote_store.translog.max_readers", "1000", DYNAMIC, low=-1, check=_enough_translog_readers
        ),
        *(
            TimeSetting(key, default, DYNAMIC, low=TimeValue(-1), check=_allocator_timeout(key))
            for key, default in _ALLOCATOR_TIMEOUTS
        ),
        *(
            DoubleSetting(key, default, marks, check=_positive(key), fallback=fallback)
            for key, default, marks, fallback in _CANCELLATION
        ),
        *(
            ChoiceSetting(
                f"admission_control.transport.{part}.mode_override",
                "disabled",
                DYNAMIC,
                fallback="admission_control.transport.mode",
                choices=("disabled", "monitor_only", "enforced"),
                refusal="Invalid AdmissionControlMode: {text}",
                fold="lower",
            )
            for part in ("cpu_usage", "io_usage")
        ),
        *(
            ChoiceSetting(
                f"cluster.remote_store.{part}",
                default,
                DYNAMIC,
                choices=("FNV_1A_BASE64", "FNV_1A_COMPOSITE_1"),
                refusal="Could not parse PathHashAlgorithm for [{text}]",
            )
            for part, default in (
                ("index.path.hash_algorithm", "FNV_1A_COMPOSITE_1"),
                ("index_metadata.path_hash_algo", "FNV_1A_BASE64"),
                ("routing_table.path_hash_algo", "FNV_1A_BASE64"),
            )
        ),
        *(
            ChoiceSetting(
                f"cluster.remote_store.{part}",
                "HASHED_PREFIX",
                DYNAMIC,
                choices=("FIXED", "HASHED_PREFIX", "HASHED_INFIX"),
                refusal="Could not parse PathType for [{text}]",
            )
            for part in ("index.path.type", "index_metadata.path_type", "routing_table.path_type")
        ),
        *(
            ChoiceSetting(
                f"cluster.routing.allocation.{part}.schedule_reroute.priority",
                "NORMAL",
                DYNAMIC,
                choices=("IMMEDIATE", "URGENT", "HIGH", "NORMAL", "LOW", "LANGUID"),
                refusal="No enum constant org.opensearch.common.Priority.{folded}",
                fold="upper",
            )
            for part in ("balanced_shards_allocator", "shards_batch_gateway_allocator")
        ),
    )
