"""The settings of an index: every key that OpenSearch 3.5.0 and its k-NN plugin know, with type, default and bounds."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from fakeknn.errors import IllegalArgumentException, NotFaked, NumberFormatException, SettingsException
from fakeknn.state.routing import routing_factor
from fakeknn.state.settings.kinds import (
    DEPRECATED,
    DYNAMIC,
    FINAL,
    INTERNAL,
    NOT_COPYABLE,
    PRIVATE,
    UNMODIFIABLE,
    AffixSetting,
    BooleanSetting,
    ByteSizeSetting,
    Check,
    ChoiceSetting,
    DoubleSetting,
    GroupSetting,
    IntegerSetting,
    ListSetting,
    LongSetting,
    ParsedSetting,
    Setting,
    Settings,
    TimeSetting,
)
from fakeknn.state.settings.registry import Registry
from fakeknn.units import INT_MAX, ByteSizeValue, TimeValue, parse_boolean, parse_double, parse_int
from fakeknn.xcontent.java import java_double

CODECS = ("default", "lz4", "best_compression", "zlib", "lucene_default", "Lucene103", "KNN1030Codec")
CALENDAR_INTERVALS = frozenset(
    "second 1s minute 1m hour 1h day 1d week 1w month 1M quarter 1q year 1y half-hour 30m quarter-hour 15m".split()
)
INGESTION_RESETS = ("EARLIEST", "LATEST", "RESET_BY_OFFSET", "RESET_BY_TIMESTAMP", "NONE")

# --- parsers of single settings ---------------------------------------------------------------------------------------


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
    for name in ("BM25", "boolean", "classic"):
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


#: In the order of their keys; the defaults are those that ``GET _settings?include_defaults=true`` shows.
_SETTINGS: tuple[Setting, ...] = (
    IntegerSetting("index.aggregation.streaming.min_segment_size", "1000", DYNAMIC, low=1),
    Setting("index.allocation.existing_shards_allocator", "gateway_allocator", PRIVATE),
    IntegerSetting("index.allocation.max_retries", "5", DYNAMIC | NOT_COPYABLE, low=0),
    GroupSetting("index.analysis."),
    IntegerSetting("index.analyze.max_token_count", "10000", DYNAMIC, low=1),
    BooleanSetting("index.append_only.enabled", "false", FINAL),
    ParsedSetting("index.auto_expand_replicas", "false", DYNAMIC, parser=_auto_expand),
    ParsedSetting("index.auto_expand_search_replicas", "false", DYNAMIC, parser=_auto_expand),
    BooleanSetting("index.auto_force_merge.enabled", "true", DYNAMIC),
    BooleanSetting("index.blocks.metadata", "false", DYNAMIC),
    BooleanSetting("index.blocks.read", "false", DYNAMIC),
    BooleanSetting("index.blocks.read_only", "false", DYNAMIC),
    BooleanSetting("index.blocks.read_only_allow_delete", "false", DYNAMIC),
    BooleanSetting("index.blocks.search_only", "false", DYNAMIC),
    BooleanSetting("index.blocks.write", "false", DYNAMIC),
    BooleanSetting("index.check_pending_flush.enabled", "true"),
    ChoiceSetting(
        "index.codec",
        "default",
        choices=CODECS,
        refusal="unknown value for [index.codec] must be one of [default, lz4, best_compression, zlib] but was: {text}",
    ),
    IntegerSetting(
        "index.codec.compression_level", "3", low=1, high=6, requires=("index.codec",), agrees=_no_compression_level
    ),
    BooleanSetting("index.composite_index", "false", FINAL),
    IntegerSetting("index.composite_index.star_tree.default.max_leaf_docs", "10000", FINAL, low=1),
    ListSetting(
        "index.composite_index.star_tree.field.default.date_intervals",
        ["minute", "half-hour"],
        FINAL,
        each=_calendar_interval,
    ),
    ListSetting("index.composite_index.star_tree.field.default.metrics", ["VALUE_COUNT", "SUM"], FINAL),
    IntegerSetting("index.composite_index.star_tree.field.max_base_metrics", "100", FINAL, low=4, high=100),
    IntegerSetting("index.composite_index.star_tree.field.max_date_intervals", "3", FINAL, low=1, high=3),
    IntegerSetting("index.composite_index.star_tree.field.max_dimensions", "10", FINAL, low=2, high=10),
    IntegerSetting("index.composite_index.star_tree.max_fields", "1", FINAL, low=1, high=1),
    Setting("index.composite_store.type", "default"),
    ParsedSetting("index.compound_format", "0.1", DYNAMIC, parser=_no_cfs_ratio),
    LongSetting("index.context.created_version", "0", PRIVATE, low=0),
    LongSetting("index.context.current_version", "0", PRIVATE, low=0),
    BooleanSetting("index.context_aware.enabled", "false", FINAL, check=_feature_flag),
    IntegerSetting("index.context_aware.max_retry_on_lookup_map_acquisition_exception", "15", DYNAMIC, low=5, high=100),
    LongSetting("index.creation_date", "-1", FINAL, low=-1),
    Setting("index.data_path", ""),
    Setting("index.default_pipeline", "_none", DYNAMIC),
    BooleanSetting("index.derived_source.enabled", "false", FINAL),
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
    Setting("index.final_pipeline", "_none", DYNAMIC),
    ByteSizeSetting("index.flush_after_merge", "512mb", DYNAMIC, low=ByteSizeValue(0)),
    BooleanSetting("index.force_memory_term_dictionary", "false", DEPRECATED),
    IntegerSetting("index.format", "0", FINAL),
    TimeSetting("index.gc_deletes", "60s", DYNAMIC, low=TimeValue(-1)),
    BooleanSetting("index.hidden", "false", DYNAMIC),
    IntegerSetting("index.highlight.max_analyzed_offset", "1000000", DYNAMIC, low=1),
    Setting("index.history.uuid", "_na_", PRIVATE | UNMODIFIABLE),
    ChoiceSetting(
        "index.indexing.slowlog.level",
        "TRACE",
        DYNAMIC,
        choices=(
            "WARN",
            "INFO",
            "DEBUG",
            "TRACE",
        ),
        refusal="No enum constant org.opensearch.common.logging.SlowLogLevel.{folded}",
        fold="upper",
    ),
    BooleanSetting("index.indexing.slowlog.reformat", "true", DYNAMIC),
    ParsedSetting("index.indexing.slowlog.source", "1000", DYNAMIC, parser=_slowlog_source),
    TimeSetting("index.indexing.slowlog.threshold.index.debug", "-1", DYNAMIC, low=TimeValue(-1)),
    TimeSetting("index.indexing.slowlog.threshold.index.info", "-1", DYNAMIC, low=TimeValue(-1)),
    TimeSetting("index.indexing.slowlog.threshold.index.trace", "-1", DYNAMIC, low=TimeValue(-1)),
    TimeSetting("index.indexing.slowlog.threshold.index.warn", "-1", DYNAMIC, low=TimeValue(-1)),
    BooleanSetting("index.ingestion_source.all_active", "false", FINAL),
    ParsedSetting("index.ingestion_source.error_strategy", "DROP", DYNAMIC, parser=_ingestion_error_strategy),
    IntegerSetting("index.ingestion_source.internal_queue_size", "100", FINAL, low=1, high=100000),
    ChoiceSetting(
        "index.ingestion_source.mapper_type",
        "default",
        FINAL,
        choices=("default", "raw_payload"),
        refusal="Unknown ingestion mapper type: {text}. Valid values are: default, raw_payload",
        fold="lower",
    ),
    IntegerSetting("index.ingestion_source.num_processor_threads", "1", FINAL, low=1),
    AffixSetting("index.ingestion_source.param.", DYNAMIC, Setting("")),
    ChoiceSetting(
        "index.ingestion_source.pointer.init.reset",
        "LATEST",
        FINAL,
        choices=INGESTION_RESETS,
        refusal="Invalid value for index.ingestion_source.pointer.init.reset [{text}]",
        fold="upper",
    ),
    Setting("index.ingestion_source.pointer.init.reset.value", "", FINAL),
    TimeSetting("index.ingestion_source.pointer_based_lag_update_interval", "10s", FINAL, low=TimeValue(0, "ms")),
    LongSetting("index.ingestion_source.poll.max_batch_size", "1000", DYNAMIC, low=0),
    IntegerSetting("index.ingestion_source.poll.timeout", "1000", DYNAMIC, low=0),
    Setting("index.ingestion_source.type", "none", check=_no_ingestion),
    BooleanSetting("index.knn", "false", FINAL | UNMODIFIABLE),
    IntegerSetting("index.knn.advanced.approximate_threshold", "0", DYNAMIC, low=-1, high=2147483645),
    IntegerSetting("index.knn.advanced.filtered_exact_search_threshold", "-1", DYNAMIC),
    IntegerSetting("index.knn.algo_param.ef_search", "100", DYNAMIC, low=2),
    BooleanSetting(
        "index.knn.derived_source.enabled",
        "false",
        FINAL | UNMODIFIABLE,
        requires=("index.knn",),
        agrees=_derived_source,
    ),
    BooleanSetting("index.knn.disk.vector.shard_level_rescoring_disabled", "false", DYNAMIC),
    BooleanSetting("index.knn.faiss.efficient_filter.disable_exact_search", "false", DYNAMIC),
    BooleanSetting("index.knn.memory_optimized_search"),
    BooleanSetting("index.knn.remote_index_build.enabled", "true", DYNAMIC),
    ByteSizeSetting("index.knn.remote_index_build.size.min", "52428800b", DYNAMIC, low=ByteSizeValue(-1)),
    BooleanSetting("index.load_fixed_bitset_filters_eagerly", "true"),
    BooleanSetting("index.mapper.dynamic", "true", DYNAMIC | DEPRECATED),
    BooleanSetting("index.mapping.coerce"),
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
    BooleanSetting("index.mapping.ignore_malformed"),
    LongSetting("index.mapping.nested_fields.limit", "50", DYNAMIC, low=0),
    LongSetting("index.mapping.nested_objects.limit", "10000", DYNAMIC, low=0),
    LongSetting("index.mapping.total_fields.limit", "1000", DYNAMIC, low=0),
    IntegerSetting("index.max_adjacency_matrix_filters", "100", DYNAMIC | DEPRECATED, low=2),
    IntegerSetting("index.max_docvalue_fields_search", "100", DYNAMIC, low=0),
    IntegerSetting("index.max_inner_result_window", "100", DYNAMIC, low=1),
    IntegerSetting("index.max_ngram_diff", "1", DYNAMIC, low=0),
    IntegerSetting("index.max_refresh_listeners", "1000", DYNAMIC, low=0),
    IntegerSetting("index.max_regex_length", "1000", DYNAMIC, low=1),
    IntegerSetting("index.max_rescore_window", "10000", DYNAMIC, fallback="index.max_result_window", low=1),
    IntegerSetting("index.max_result_window", "10000", DYNAMIC, low=1),
    IntegerSetting("index.max_script_fields", "32", DYNAMIC, low=0),
    IntegerSetting("index.max_shingle_diff", "3", DYNAMIC, low=0),
    IntegerSetting("index.max_slices_per_pit", "1024", DYNAMIC, low=1),
    IntegerSetting("index.max_slices_per_scroll", "1024", DYNAMIC, low=1),
    IntegerSetting("index.max_terms_count", "65536", DYNAMIC, low=1),
    ByteSizeSetting(
        "index.merge.log_byte_size_policy.max_merge_segment", "5368709120b", DYNAMIC, low=ByteSizeValue(-1)
    ),
    ByteSizeSetting(
        "index.merge.log_byte_size_policy.max_merge_segment_forced_merge",
        "9223372036854775807b",
        DYNAMIC,
        low=ByteSizeValue(-1),
    ),
    IntegerSetting("index.merge.log_byte_size_policy.max_merged_docs", "2147483647", DYNAMIC),
    IntegerSetting("index.merge.log_byte_size_policy.merge_factor", "10", DYNAMIC, low=2),
    ByteSizeSetting("index.merge.log_byte_size_policy.min_merge", "16777216b", DYNAMIC, low=ByteSizeValue(-1)),
    ParsedSetting("index.merge.log_byte_size_policy.no_cfs_ratio", "0.1", DYNAMIC, parser=_no_cfs_ratio),
    ChoiceSetting(
        "index.merge.policy",
        "default",
        choices=("tiered", "log_byte_size", "default"),
        refusal="The setting has unsupported policy specified: {text}. "
        "Please use one of: tiered, log_byte_size, default",
    ),
    DoubleSetting("index.merge.policy.deletes_pct_allowed", "20.0", DYNAMIC, low=5.0, high=50.0),
    DoubleSetting("index.merge.policy.expunge_deletes_allowed", "10.0", DYNAMIC, low=0.0),
    ByteSizeSetting("index.merge.policy.floor_segment", "16777216b", DYNAMIC, low=ByteSizeValue(-1)),
    IntegerSetting("index.merge.policy.max_merge_at_once", "30", DYNAMIC, low=2),
    ByteSizeSetting("index.merge.policy.max_merged_segment", "5368709120b", DYNAMIC, low=ByteSizeValue(-1)),
    DoubleSetting("index.merge.policy.reclaim_deletes_weight", "2.0", DYNAMIC | DEPRECATED, low=0.0),
    DoubleSetting("index.merge.policy.segments_per_tier", "10.0", DYNAMIC, low=2.0),
    BooleanSetting("index.merge.scheduler.auto_throttle", "true", DYNAMIC),
    DoubleSetting("index.merge.scheduler.max_force_merge_mb_per_sec", "Infinity", DYNAMIC, low=0.0, high=float("inf")),
    IntegerSetting("index.merge.scheduler.max_merge_count", "6", DYNAMIC, low=1),
    IntegerSetting("index.merge.scheduler.max_thread_count", "1", DYNAMIC, low=1),
    BooleanSetting("index.merge_on_flush.enabled", "true", DYNAMIC),
    TimeSetting("index.merge_on_flush.max_full_flush_merge_wait_time", "10s", DYNAMIC, low=TimeValue(1, "ms")),
    Setting("index.merge_on_flush.policy", "default", DYNAMIC),
    IntegerSetting("index.number_of_replicas", "1", DYNAMIC, low=0),
    IntegerSetting(
        "index.number_of_routing_shards",
        "1",
        NOT_COPYABLE,
        fallback="index.number_of_shards",
        low=1,
        check=_routing_shards,
    ),
    IntegerSetting("index.number_of_search_replicas", "0", DYNAMIC, low=0),
    IntegerSetting("index.number_of_shards", "1", FINAL | UNMODIFIABLE, low=1, high=1024),
    BooleanSetting("index.optimize_auto_generated_id", "true", DYNAMIC),
    BooleanSetting("index.optimize_doc_id_lookup.fuzzy_set.enabled", "false", DYNAMIC),
    DoubleSetting(
        "index.optimize_doc_id_lookup.fuzzy_set.false_positive_probability", "0.2047", DYNAMIC, low=0.01, high=0.5
    ),
    BooleanSetting("index.percolator.map_unmapped_fields_as_text"),
    TimeSetting("index.periodic_flush_interval", "-1", DYNAMIC, low=TimeValue(-1)),
    IntegerSetting("index.priority", "1", DYNAMIC, low=0),
    BooleanSetting("index.queries.cache.enabled", "true"),
    ListSetting("index.query.default_field", ["*"], DYNAMIC),
    BooleanSetting("index.query.derived_field.enabled", "true", DYNAMIC),
    IntegerSetting("index.query.max_nested_depth", "20", DYNAMIC, low=1),
    BooleanSetting("index.query.parse.allow_unmapped_fields", "true"),
    BooleanSetting("index.query_string.lenient"),
    Setting("index.recovery.type", ""),
    TimeSetting("index.refresh_interval", "1s", DYNAMIC, low=TimeValue(-1)),
    BooleanSetting("index.remote_store.enabled", "false", DYNAMIC | PRIVATE),
    Setting("index.remote_store.segment.repository", "", DYNAMIC | PRIVATE),
    TimeSetting("index.remote_store.translog.buffer_interval", "650ms", DYNAMIC, low=TimeValue(0, "ms")),
    IntegerSetting("index.remote_store.translog.keep_extra_gen", "100", DYNAMIC, low=0),
    Setting("index.remote_store.translog.repository", "", DYNAMIC | PRIVATE),
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
    BooleanSetting("index.requests.cache.enable", "true", DYNAMIC),
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
    IntegerSetting("index.routing.allocation.total_primary_shards_per_node", "-1", DYNAMIC, low=-1),
    IntegerSetting("index.routing.allocation.total_remote_capable_primary_shards_per_node", "-1", DYNAMIC, low=-1),
    IntegerSetting("index.routing.allocation.total_remote_capable_shards_per_node", "-1", DYNAMIC, low=-1),
    IntegerSetting("index.routing.allocation.total_shards_per_node", "-1", DYNAMIC, low=-1),
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
    IntegerSetting("index.routing_partition_size", "1", low=1),
    IntegerSetting("index.search.concurrent.max_slice_count", "1", DYNAMIC, low=0),
    BooleanSetting("index.search.concurrent_segment_search.enabled", "false", DYNAMIC | DEPRECATED),
    ChoiceSetting(
        "index.search.concurrent_segment_search.mode",
        "none",
        DYNAMIC,
        choices=("all", "none", "auto"),
        refusal="Setting value must be one of [all, none, auto]",
    ),
    Setting("index.search.default_pipeline", "_none", DYNAMIC),
    TimeSetting("index.search.idle.after", "30s", DYNAMIC, low=TimeValue(0, "m")),
    ChoiceSetting(
        "index.search.slowlog.level",
        "TRACE",
        DYNAMIC,
        choices=(
            "WARN",
            "INFO",
            "DEBUG",
            "TRACE",
        ),
        refusal="No enum constant org.opensearch.common.logging.SlowLogLevel.{folded}",
        fold="upper",
    ),
    TimeSetting("index.search.slowlog.threshold.fetch.debug", "-1", DYNAMIC, low=TimeValue(-1)),
    TimeSetting("index.search.slowlog.threshold.fetch.info", "-1", DYNAMIC, low=TimeValue(-1)),
    TimeSetting("index.search.slowlog.threshold.fetch.trace", "-1", DYNAMIC, low=TimeValue(-1)),
    TimeSetting("index.search.slowlog.threshold.fetch.warn", "-1", DYNAMIC, low=TimeValue(-1)),
    TimeSetting("index.search.slowlog.threshold.query.debug", "-1", DYNAMIC, low=TimeValue(-1)),
    TimeSetting("index.search.slowlog.threshold.query.info", "-1", DYNAMIC, low=TimeValue(-1)),
    TimeSetting("index.search.slowlog.threshold.query.trace", "-1", DYNAMIC, low=TimeValue(-1)),
    TimeSetting("index.search.slowlog.threshold.query.warn", "-1", DYNAMIC, low=TimeValue(-1)),
    BooleanSetting("index.search.star_tree_index.enabled", "true", DYNAMIC),
    BooleanSetting("index.search.throttled", "false", DYNAMIC | PRIVATE),
    Setting("index.searchable_snapshot.index.id", "", INTERNAL),
    Setting("index.searchable_snapshot.repository", "", INTERNAL),
    ChoiceSetting(
        "index.searchable_snapshot.shard_path_type",
        "FIXED",
        INTERNAL,
        choices=("FIXED", "HASHED_PREFIX", "HASHED_INFIX"),
        refusal="Could not parse PathType for [{text}]",
    ),
    Setting("index.searchable_snapshot.snapshot_id.name", "", INTERNAL),
    Setting("index.searchable_snapshot.snapshot_id.uuid", "", INTERNAL),
    TimeSetting(
        "index.segment_replication.publish_referenced_segments_interval", "10m", DYNAMIC, low=TimeValue(1, "s")
    ),
    ChoiceSetting(
        "index.shard.check_on_startup",
        "false",
        choices=("true", "false", "checksum"),
        refusal="unknown value for [index.shard.check_on_startup] must be one of [true, false, checksum] "
        "but was: {text}",
    ),
    GroupSetting("index.similarity.", check_group=_no_built_in_similarity),
    BooleanSetting("index.soft_deletes.enabled", "true", FINAL),
    LongSetting("index.soft_deletes.retention.operations", "0", DYNAMIC, low=0),
    TimeSetting("index.soft_deletes.retention_lease.period", "12h", DYNAMIC, low=TimeValue(0, "ms")),
    ListSetting("index.sort.field", [], FINAL),
    ListSetting("index.sort.missing", [], FINAL, each=_sort_missing),
    ListSetting("index.sort.mode", [], FINAL, each=_sort_mode),
    ListSetting("index.sort.order", [], FINAL, each=_sort_order),
    Setting("index.store.factory", ""),
    ChoiceSetting(
        "index.store.fs.fs_lock",
        "native",
        choices=("native", "simple"),
        refusal='unrecognized [index.store.fs.fs_lock] "{text}": must be native or simple',
    ),
    ListSetting(
        "index.store.hybrid.nio.extensions",
        [
            "segments_N",
            "write.lock",
            "si",
            "cfe",
            "fnm",
            "fdx",
            "fdt",
            "pos",
            "pay",
            "nvm",
            "dvm",
            "tvx",
            "tvd",
            "liv",
            "dii",
            "vem",
        ],
    ),
    ListSetting("index.store.preload", []),
    TimeSetting("index.store.stats_refresh_interval", "10s"),
    Setting("index.store.type", ""),
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
    ByteSizeSetting("index.translog.flush_threshold_size", "512mb", DYNAMIC, low=ByteSizeValue(56)),
    ByteSizeSetting("index.translog.generation_threshold_size", "64mb", DYNAMIC, low=ByteSizeValue(56)),
    BooleanSetting("index.translog.read_forward"),
    TimeSetting("index.translog.retention.age", "-1", DYNAMIC, low=TimeValue(-1)),
    ByteSizeSetting("index.translog.retention.size", "-1", DYNAMIC, low=ByteSizeValue(-1)),
    TimeSetting("index.translog.sync_interval", "5s", DYNAMIC, low=TimeValue(100, "ms")),
    TimeSetting("index.unassigned.node_left.delayed_timeout", "1m", DYNAMIC, low=TimeValue(0, "ms")),
    BooleanSetting("index.unreferenced_file_cleanup.enabled", "true", DYNAMIC),
    BooleanSetting("index.use_compound_file", "true"),
    Setting("index.uuid", "_na_", PRIVATE | UNMODIFIABLE),
    BooleanSetting("index.verified_before_close", "false", PRIVATE),
    IntegerSetting("index.version.created", "0", PRIVATE | UNMODIFIABLE),
    BooleanSetting("index.warmer.enabled", "true", DYNAMIC),
    ParsedSetting("index.write.wait_for_active_shards", "1", DYNAMIC, parser=_active_shard_count),
)

INDEX_SETTINGS = Registry(_SETTINGS, _is_unregistered)
