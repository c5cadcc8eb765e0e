"""The index settings that only have bounds, in the form that ``table`` reads.

Defaults are as ``GET _settings?include_defaults=true`` shows them.
"""

INDEX_TABLE = """\
index.aggregation.streaming.min_segment_size                          integer 1000           1..      dynamic
index.allocation.existing_shards_allocator                            text    gateway_allocator          private
index.allocation.max_retries integer 5 0.. dynamic not_copyable
index.analyze.max_token_count                                         integer 10000          1..      dynamic
index.append_only.enabled                                             boolean false                   final
index.auto_force_merge.enabled                                        boolean true                    dynamic
index.blocks.metadata                                                 boolean false                   dynamic
index.blocks.read                                                     boolean false                   dynamic
index.blocks.read_only                                                boolean false                   dynamic
index.blocks.read_only_allow_delete                                   boolean false                   dynamic
index.blocks.search_only                                              boolean false                   dynamic
index.blocks.write                                                    boolean false                   dynamic
index.check_pending_flush.enabled                                     boolean true
index.composite_index                                                 boolean false                   final
index.composite_index.star_tree.default.max_leaf_docs                 integer 10000          1..      final
index.composite_index.star_tree.field.default.metrics                 list    ["VALUE_COUNT","SUM"]          final
index.composite_index.star_tree.field.max_base_metrics                integer 100            4..100   final
index.composite_index.star_tree.field.max_date_intervals              integer 3              1..3     final
index.composite_index.star_tree.field.max_dimensions                  integer 10             2..10    final
index.composite_index.star_tree.max_fields                            integer 1              1..1     final
index.composite_store.type                                            text    default
index.context.created_version                                         long    0              0..      private
index.context.current_version                                         long    0              0..      private
index.context_aware.max_retry_on_lookup_map_acquisition_exception     integer 15             5..100   dynamic
index.creation_date                                                   long    -1             -1..     final
index.data_path                                                       text    ""
index.default_pipeline                                                text    _none                   dynamic
index.derived_source.enabled                                          boolean false                   final
index.final_pipeline                                                  text    _none                   dynamic
index.flush_after_merge                                               bytes   512mb          0..      dynamic
index.force_memory_term_dictionary                                    boolean false                   deprecated
index.format                                                          integer 0                       final
index.gc_deletes                                                      time    60s            -1..     dynamic
index.hidden                                                          boolean false                   dynamic
index.highlight.max_analyzed_offset                                   integer 1000000        1..      dynamic
index.history.uuid text _na_ private unmodifiable
index.indexing.slowlog.reformat                                       boolean true                    dynamic
index.indexing.slowlog.threshold.index.debug                          time    -1             -1..     dynamic
index.indexing.slowlog.threshold.index.info                           time    -1             -1..     dynamic
index.indexing.slowlog.threshold.index.trace                          time    -1             -1..     dynamic
index.indexing.slowlog.threshold.index.warn                           time    -1             -1..     dynamic
index.ingestion_source.all_active                                     boolean false                   final
index.ingestion_source.internal_queue_size                            integer 100            1..100000 final
index.ingestion_source.num_processor_threads                          integer 1              1..      final
index.ingestion_source.pointer.init.reset.value                       text    ""                      final
index.ingestion_source.pointer_based_lag_update_interval              time    10s            0ms..    final
index.ingestion_source.poll.max_batch_size                            long    1000           0..      dynamic
index.ingestion_source.poll.timeout                                   integer 1000           0..      dynamic
index.knn boolean false final unmodifiable
index.knn.advanced.approximate_threshold                              integer 0              -1..2147483645 dynamic
index.knn.advanced.filtered_exact_search_threshold                    integer -1                      dynamic
index.knn.algo_param.ef_search                                        integer 100            2..      dynamic
index.knn.disk.vector.shard_level_rescoring_disabled                  boolean false                   dynamic
index.knn.faiss.efficient_filter.disable_exact_search                 boolean false                   dynamic
index.knn.memory_optimized_search                                     boolean false
index.knn.remote_index_build.enabled                                  boolean true                    dynamic
index.knn.remote_index_build.size.min                                 bytes   52428800b      -1..     dynamic
index.load_fixed_bitset_filters_eagerly                               boolean true
index.mapper.dynamic boolean true dynamic deprecated
index.mapping.coerce                                                  boolean false
index.mapping.ignore_malformed                                        boolean false
index.mapping.nested_fields.limit                                     long    50             0..      dynamic
index.mapping.nested_objects.limit                                    long    10000          0..      dynamic
index.mapping.total_fields.limit                                      long    1000           0..      dynamic
index.max_adjacency_matrix_filters integer 100 2.. dynamic deprecated
index.max_docvalue_fields_search                                      integer 100            0..      dynamic
index.max_inner_result_window                                         integer 100            1..      dynamic
index.max_ngram_diff                                                  integer 1              0..      dynamic
index.max_refresh_listeners                                           integer 1000           0..      dynamic
index.max_regex_length                                                integer 1000           1..      dynamic
index.max_rescore_window integer 10000 1.. dynamic fallback=index.max_result_window
index.max_result_window                                               integer 10000          1..      dynamic
index.max_script_fields                                               integer 32             0..      dynamic
index.max_shingle_diff                                                integer 3              0..      dynamic
index.max_slices_per_pit                                              integer 1024           1..      dynamic
index.max_slices_per_scroll                                           integer 1024           1..      dynamic
index.max_terms_count                                                 integer 65536          1..      dynamic
index.merge.log_byte_size_policy.max_merge_segment                    bytes   5368709120b    -1..     dynamic
index.merge.log_byte_size_policy.max_merge_segment_forced_merge       bytes   9223372036854775807b -1..     dynamic
index.merge.log_byte_size_policy.max_merged_docs                      integer 2147483647              dynamic
index.merge.log_byte_size_policy.merge_factor                         integer 10             2..      dynamic
index.merge.log_byte_size_policy.min_merge                            bytes   16777216b      -1..     dynamic
index.merge.policy.deletes_pct_allowed                                double  20.0           5.0..50.0 dynamic
index.merge.policy.expunge_deletes_allowed                            double  10.0           0.0..    dynamic
index.merge.policy.floor_segment                                      bytes   16777216b      -1..     dynamic
index.merge.policy.max_merge_at_once                                  integer 30             2..      dynamic
index.merge.policy.max_merged_segment                                 bytes   5368709120b    -1..     dynamic
index.merge.policy.reclaim_deletes_weight double 2.0 0.0.. dynamic deprecated
index.merge.policy.segments_per_tier                                  double  10.0           2.0..    dynamic
index.merge.scheduler.auto_throttle                                   boolean true                    dynamic
index.merge.scheduler.max_force_merge_mb_per_sec                      double  Infinity       0.0..inf dynamic
index.merge.scheduler.max_merge_count                                 integer 6              1..      dynamic
index.merge.scheduler.max_thread_count                                integer 1              1..      dynamic
index.merge_on_flush.enabled                                          boolean true                    dynamic
index.merge_on_flush.max_full_flush_merge_wait_time                   time    10s            1ms..    dynamic
index.merge_on_flush.policy                                           text    default                 dynamic
index.number_of_replicas                                              integer 1              0..      dynamic
index.number_of_search_replicas                                       integer 0              0..      dynamic
index.number_of_shards integer 1 1..1024 final unmodifiable
index.optimize_auto_generated_id                                      boolean true                    dynamic
index.optimize_doc_id_lookup.fuzzy_set.enabled                        boolean false                   dynamic
index.optimize_doc_id_lookup.fuzzy_set.false_positive_probability     double  0.2047         0.01..0.5 dynamic
index.percolator.map_unmapped_fields_as_text                          boolean false
index.periodic_flush_interval                                         time    -1             -1..     dynamic
index.priority                                                        integer 1              0..      dynamic
index.queries.cache.enabled                                           boolean true
index.query.default_field                                             list    ["*"]                   dynamic
index.query.derived_field.enabled                                     boolean true                    dynamic
index.query.max_nested_depth                                          integer 20             1..      dynamic
index.query.parse.allow_unmapped_fields                               boolean true
index.query_string.lenient                                            boolean false
index.recovery.type                                                   text    ""
index.refresh_interval                                                time    1s             -1..     dynamic
index.remote_store.translog.buffer_interval                           time    650ms          0ms..    dynamic
index.remote_store.translog.keep_extra_gen                            integer 100            0..      dynamic
index.requests.cache.enable                                           boolean true                    dynamic
index.routing.allocation.total_primary_shards_per_node                integer -1             -1..     dynamic
index.routing.allocation.total_remote_capable_primary_shards_per_node integer -1             -1..     dynamic
index.routing.allocation.total_remote_capable_shards_per_node         integer -1             -1..     dynamic
index.routing.allocation.total_shards_per_node                        integer -1             -1..     dynamic
index.routing_partition_size                                          integer 1              1..
index.search.concurrent.max_slice_count                               integer 1              0..      dynamic
index.search.concurrent_segment_search.enabled boolean false dynamic deprecated
index.search.default_pipeline                                         text    _none                   dynamic
index.search.idle.after                                               time    30s            0m..     dynamic
index.search.slowlog.threshold.fetch.debug                            time    -1             -1..     dynamic
index.search.slowlog.threshold.fetch.info                             time    -1             -1..     dynamic
index.search.slowlog.threshold.fetch.trace                            time    -1             -1..     dynamic
index.search.slowlog.threshold.fetch.warn                             time    -1             -1..     dynamic
index.search.slowlog.threshold.query.debug                            time    -1             -1..     dynamic
index.search.slowlog.threshold.query.info                             time    -1             -1..     dynamic
index.search.slowlog.threshold.query.trace                            time    -1             -1..     dynamic
index.search.slowlog.threshold.query.warn                             time    -1             -1..     dynamic
index.search.star_tree_index.enabled                                  boolean true                    dynamic
index.search.throttled                                                boolean false                   dynamic private
index.searchable_snapshot.index.id                                    text    ""                      internal
index.searchable_snapshot.repository                                  text    ""                      internal
index.searchable_snapshot.snapshot_id.name                            text    ""                      internal
index.searchable_snapshot.snapshot_id.uuid                            text    ""                      internal
index.segment_replication.publish_referenced_segments_interval        time    10m            1s..     dynamic
index.soft_deletes.enabled                                            boolean true                    final
index.soft_deletes.retention.operations                               long    0              0..      dynamic
index.soft_deletes.retention_lease.period                             time    12h            0ms..    dynamic
index.sort.field                                                      list    []                      final
index.store.factory                                                   text    ""
index.store.preload                                                   list    []
index.store.stats_refresh_interval                                    time    10s
index.store.type                                                      text    ""
index.translog.flush_threshold_size                                   bytes   512mb          56b..    dynamic
index.translog.generation_threshold_size                              bytes   64mb           56b..    dynamic
index.translog.read_forward                                           boolean false
index.translog.retention.age                                          time    -1             -1..     dynamic
index.translog.retention.size                                         bytes   -1             -1..     dynamic
index.translog.sync_interval                                          time    5s             100ms..  dynamic
index.unassigned.node_left.delayed_timeout                            time    1m             0ms..    dynamic
index.unreferenced_file_cleanup.enabled                               boolean true                    dynamic
index.use_compound_file                                               boolean true
index.uuid text _na_ private unmodifiable
index.verified_before_close                                           boolean false                   private
index.warmer.enabled                                                  boolean true                    dynamic
"""
