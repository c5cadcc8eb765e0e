"""The dynamic cluster settings that only have bounds, in the form that ``table`` reads.

Defaults are as ``GET _cluster/settings?include_defaults=true`` shows them.
"""

CLUSTER_TABLE = """\
action.destructive_requires_name                                         boolean false                   dynamic
action.search.shard_count.limit                                          long    9223372036854775807 1..      dynamic
admission_control.cluster.admin.cpu_usage.limit                          long    95                      dynamic
admission_control.indexing.cpu_usage.limit                               long    95                      dynamic
admission_control.indexing.io_usage.limit                                long    95                      dynamic
admission_control.search.cpu_usage.limit                                 long    95                      dynamic
admission_control.search.io_usage.limit                                  long    95                      dynamic
cat.indices.response.limit.number_of_indices                             integer -1                      dynamic
cat.segments.response.limit.number_of_indices                            integer -1                      dynamic
cat.shards.response.limit.number_of_shards                               integer -1                      dynamic
cluster.allocator.gateway.batch_size                                     long    2000           1..10000 dynamic
cluster.application_templates.enabled                                    boolean false                   dynamic
cluster.auto_force_merge.enabled                                         boolean false                   dynamic
cluster.auto_shrink_voting_configuration                                 boolean true                    dynamic
cluster.blocks.create_index                                              boolean false                   dynamic
cluster.blocks.create_index.auto_release                                 boolean true                    dynamic
cluster.blocks.read_only                                                 boolean false                   dynamic
cluster.blocks.read_only_allow_delete                                    boolean false                   dynamic
cluster.default.index.max_merge_at_once                                  integer 30             2..      dynamic
cluster.default_number_of_replicas                                       integer 1                       dynamic
cluster.fault_detection.follower_check.interval                          time    1000ms         100ms..  dynamic
cluster.fault_detection.follower_check.timeout                           time    10000ms        1ms..150000ms dynamic
cluster.fault_detection.leader_check.timeout                             time    10000ms        1ms..1m  dynamic
cluster.filecache.activeusage.threshold.enabled                          boolean true                    dynamic
cluster.filecache.remote_data_ratio                                      double  5.0            1.0..    dynamic
cluster.follower_lag.timeout                                             time    90000ms        1ms..    dynamic
cluster.ignore_dot_indexes                                               boolean false                   dynamic
cluster.index.merge.scheduler.auto_throttle                              boolean true                    dynamic
cluster.index.refresh.fixed_interval_scheduling.enabled                  boolean false                   dynamic
cluster.index.refresh.shard_level.enabled                                boolean false                   dynamic
cluster.indices.close.enable                                             boolean true                    dynamic
cluster.info.update.interval                                             time    30s            10s..    dynamic
cluster.info.update.timeout                                              time    15s            0ms..    dynamic
cluster.ingest.max_number_processors                                     integer 2147483647     1..      dynamic
cluster.ingest.system_pipeline_enabled                                   boolean true                    dynamic
cluster.max_voting_config_exclusions                                     integer 10             1..      dynamic
cluster.merge.scheduler.max_force_merge_mb_per_sec                       double  Infinity       0.0..inf dynamic
cluster.persistent_tasks.allocation.recheck_interval                     time    30s            10s..    dynamic
cluster.publish.timeout                                                  time    30000ms        1ms..    dynamic
cluster.remote_state.download.serve_read_api.enabled                     boolean true                    dynamic
cluster.remote_store.index.translog.translog_metadata                    boolean true                    dynamic
cluster.remote_store.publication.enabled                                 boolean false                   dynamic
cluster.remote_store.segment.transfer_timeout                            time    30m            10m..    dynamic
cluster.remote_store.server_side_encryption                              boolean true                    dynamic
cluster.remote_store.state.cleanup_interval                              time    5m             -1..     dynamic
cluster.remote_store.state.global_metadata.upload_timeout                time    20000ms                 dynamic
cluster.remote_store.state.index_metadata.upload_timeout time 20000ms dynamic deprecated
cluster.remote_store.state.metadata_manifest.upload_timeout              time    20000ms                 dynamic
cluster.remote_store.state.read_timeout                                  time    20000ms                 dynamic
cluster.remote_store.translog.buffer_interval                            time    650ms          0ms..    dynamic
cluster.remote_store.translog.transfer_timeout                           time    30s            30s..    dynamic
cluster.routing.allocation.awareness.attributes                          list    []                      dynamic
cluster.routing.allocation.awareness.balance                             boolean false                   dynamic
cluster.routing.allocation.balance.index                                 float   0.55           0.0..    dynamic
cluster.routing.allocation.balance.prefer_primary                        boolean false                   dynamic
cluster.routing.allocation.balance.shard                                 float   0.45           0.0..    dynamic
cluster.routing.allocation.balance.threshold                             float   1.0            0.0..    dynamic
cluster.routing.allocation.cluster_concurrent_rebalance                  integer 2              -1..     dynamic
cluster.routing.allocation.cluster_concurrent_recoveries                 integer -1             -1..     dynamic
cluster.routing.allocation.disk.include_relocations boolean true dynamic deprecated
cluster.routing.allocation.disk.reroute_interval                         time    60s            0ms..    dynamic
cluster.routing.allocation.disk.threshold_enabled                        boolean false                   dynamic
cluster.routing.allocation.disk.warm_threshold_enabled                   boolean true                    dynamic
cluster.routing.allocation.load_awareness.allow_unassigned_primaries     boolean true                    dynamic
cluster.routing.allocation.load_awareness.flat_skew                      integer 2              2..      dynamic
cluster.routing.allocation.load_awareness.provisioned_capacity           integer -1             -1..     dynamic
cluster.routing.allocation.load_awareness.skew_factor                    double  50.0           -1.0..   dynamic
cluster.routing.allocation.move.primary_first boolean false dynamic deprecated
cluster.routing.allocation.node_concurrent_recoveries                    integer 2              0..      dynamic
cluster.routing.allocation.node_initial_primaries_recoveries             integer 4              0..      dynamic
cluster.routing.allocation.node_initial_replicas_recoveries              integer 4              0..      dynamic
cluster.routing.allocation.primary_constraint.threshold                  long    10             0..      dynamic
cluster.routing.allocation.rebalance.primary.buffer                      float   0.1            0.0..    dynamic
cluster.routing.allocation.rebalance.primary.enable                      boolean false                   dynamic
cluster.routing.allocation.remote_primary.ignore_throttle                boolean true                    dynamic
cluster.routing.allocation.same_shard.host                               boolean false                   dynamic
cluster.routing.allocation.total_remote_capable_shards_per_node          integer -1             -1..     dynamic
cluster.routing.allocation.total_shards_per_node                         integer -1             -1..     dynamic
cluster.routing.ignore_weighted_routing                                  boolean false                   dynamic
cluster.routing.search_replica.strict                                    boolean true                    dynamic
cluster.routing.use_adaptive_replica_selection                           boolean true                    dynamic
cluster.routing.weighted.default_weight                                  double  1.0            1.0..    dynamic
cluster.routing.weighted.fail_open                                       boolean true                    dynamic
cluster.routing.weighted.strict                                          boolean true                    dynamic
cluster.search.enabled_system_generated_factories                        list    []                      dynamic
cluster.search.ignore_awareness_attributes                               boolean true                    dynamic
cluster.search.request.slowlog.threshold.debug                           time    -1             -1..     dynamic
cluster.search.request.slowlog.threshold.info                            time    -1             -1..     dynamic
cluster.search.request.slowlog.threshold.trace                           time    -1             -1..     dynamic
cluster.search.request.slowlog.threshold.warn                            time    -1             -1..     dynamic
cluster.service.slow_cluster_manager_task_logging_threshold              time    10s            0ms..    dynamic
cluster.service.slow_task_logging_threshold                              time    30s            0ms..    dynamic
cluster.snapshot.info.max_concurrent_fetches                             integer 5              1..      dynamic
cluster.task.consumers.top_n.frequency                                   time    60s            60s..    dynamic
cluster.task.consumers.top_n.size                                        integer 10             1..100   dynamic
cluster_manager.throttling.retry.base.delay                              time    5s                      dynamic
cluster_manager.throttling.retry.max.delay                               time    30s                     dynamic
gateway.slow_write_logging_threshold                                     time    10s            0ms..    dynamic
http.tracer.exclude                                                      list    []                      dynamic
http.tracer.include                                                      list    []                      dynamic
indices.breaker.fielddata.limit                                          memory  40%                     dynamic
indices.breaker.fielddata.overhead                                       double  1.03           0.0..    dynamic
indices.breaker.request.limit                                            memory  60%                     dynamic
indices.breaker.request.overhead                                         double  1.0            0.0..    dynamic
indices.breaker.total.limit                                              memory  95%                     dynamic
indices.composite_index.star_tree.enabled                                boolean true                    dynamic
indices.composite_index.translog.max_flush_threshold_size                bytes   512mb          128mb..  dynamic
indices.fielddata.cache.size                                             memory  35.0%                   dynamic
indices.id_field_data.enabled                                            boolean true                    dynamic
indices.mapping.dynamic_timeout                                          time    30s            0ms..    dynamic
indices.mapping.max_in_flight_updates                                    integer 10             1..1000  dynamic
indices.publish_check_point.retry_timeout                                time    5m                      dynamic
indices.queries.cache.costly_min_frequency                               integer 2              1..      dynamic
indices.queries.cache.min_frequency                                      integer 5              1..      dynamic
indices.queries.cache.skip_cache_factor                                  float   10.0           1.0..    dynamic
indices.query.bool.max_clause_count                                      integer 1024           1..      dynamic
indices.recovery.chunk_size                                              bytes   524272b        1b..104857600b dynamic
indices.recovery.internal_action_long_timeout                            time    1800000ms      0s..     dynamic
indices.recovery.internal_action_retry_timeout                           time    1m             0ms..    dynamic
indices.recovery.internal_action_timeout                                 time    15m            0ms..    dynamic
indices.recovery.internal_remote_upload_timeout                          time    1h                      dynamic
indices.recovery.max_bytes_per_sec                                       bytes   41943040b      -1..     dynamic
indices.recovery.max_concurrent_file_chunks                              integer 2              1..5     dynamic
indices.recovery.max_concurrent_operations                               integer 1              1..4     dynamic
indices.recovery.max_concurrent_remote_store_streams                     integer 1              1..      dynamic
indices.recovery.recovery_activity_timeout                               time    1800000ms      0s..     dynamic
indices.recovery.retry_delay_network                                     time    5s             0ms..    dynamic
indices.recovery.retry_delay_state_sync                                  time    500ms          0ms..    dynamic
indices.replication.initial_retry_backoff_bound                          time    50ms           10ms..   dynamic
indices.replication.max_bytes_per_sec                                    bytes   -1b            -1..     dynamic
indices.replication.merges.warmer.enabled                                boolean false                   dynamic
indices.replication.merges.warmer.max_bytes_per_sec                      bytes   -1b            -1..     dynamic
indices.replication.merges.warmer.min_segment_size_threshold             bytes   524288000b     -1..     dynamic
indices.replication.merges.warmer.timeout                                time    15m            0m..     dynamic
indices.replication.retry_timeout                                        time    60s                     dynamic
indices.requests.cache.maximum_cacheable_size                            integer 0              0..10000 dynamic
indices.translog_concurrent_recovery.batch_size                          integer 500000         10000..1000000 dynamic
indices.translog_concurrent_recovery.enable                              boolean false                   dynamic
knn.cache.item.expiry.enabled                                            boolean false                   dynamic
knn.cache.item.expiry.minutes                                            time    3h             0ms..    dynamic
knn.circuit_breaker.triggered                                            boolean false                   dynamic
knn.circuit_breaker.unset.percentage                                     double  75.0           0.0..100.0 dynamic
knn.feature.cache.force_evict.enabled                                    boolean false                   dynamic
knn.memory.circuit_breaker.enabled                                       boolean true                    dynamic
knn.memory.circuit_breaker.limit                                         memory  50%                     dynamic
knn.model.index.number_of_replicas                                       integer 1              0..      dynamic
knn.model.index.number_of_shards                                         integer 1              1..      dynamic
knn.quantization.cache.expiry.minutes                                    time    60m            0ms..    dynamic
knn.remote_index_build.client.timeout                                    time    60m                     dynamic
knn.remote_index_build.enabled                                           boolean false                   dynamic
knn.remote_index_build.poll.interval                                     time    5s                      dynamic
knn.remote_index_build.repository                                        text    ""                      dynamic
knn.remote_index_build.service.endpoint                                  text    ""                      dynamic
knn.remote_index_build.size.max                                          bytes   0b             -1..     dynamic
knn.vector_streaming_memory.limit                                        memory  1%                      dynamic
monitor.fs.health.enabled                                                boolean true                    dynamic
monitor.fs.health.healthy_timeout_threshold                              time    60s            1ms..    dynamic
monitor.fs.health.slow_path_logging_threshold                            time    5s             1ms..    dynamic
network.breaker.inflight_requests.limit                                  memory  100%                    dynamic
network.breaker.inflight_requests.overhead                               double  2.0            0.0..    dynamic
node.auto_force_merge.cpu.threshold                                      double  75.0           10.0..100.0 dynamic
node.auto_force_merge.disk.threshold                                     double  85.0           10.0..100.0 dynamic
node.auto_force_merge.jvm.threshold                                      double  75.0           10.0..100.0 dynamic
node.auto_force_merge.merge_delay                                        time    15s            1s..1m   dynamic
node.auto_force_merge.scheduler.interval                                 time    30m            1s..1d   dynamic
node.auto_force_merge.segment.count                                      integer 1              1..      dynamic
node.auto_force_merge.threads.concurrency_multiplier                     integer 2              2..5     dynamic
node.auto_force_merge.translog.age                                       time    30m            1s..1d   dynamic
node.resource.tracker.global_cpu_usage.window_duration                   time    30s            0ms..    dynamic
node.resource.tracker.global_io_usage.window_duration                    time    120s           0s..     dynamic
node.resource.tracker.global_jvmmp.window_duration                       time    30s            0s..     dynamic
point_in_time.max_keep_alive                                             time    24h            0ms..    dynamic
reindex.remote.retry.initial_backoff                                     time    500ms          50ms..5000ms dynamic
reindex.remote.retry.max_count                                           integer 15             1..100   dynamic
remote_store.moving_average_window_size                                  integer 20             5..      dynamic
remote_store.segment.pressure.bytes_lag.variance_factor                  double  10.0           1.0..    dynamic
remote_store.segment.pressure.consecutive_failures.limit                 integer 5              1..      dynamic
remote_store.segment.pressure.enabled                                    boolean true                    dynamic
remote_store.segment.pressure.time_lag.variance_factor                   double  10.0           1.0..    dynamic
script.max_size_in_bytes                                                 integer 65535          0..      dynamic
search.aggregation.bucket_selection_strategy_factor                      integer 5              0..10    dynamic
search.aggregation_rewrite_filters.segment_threshold.docs_per_bucket     integer 1000           0..      dynamic
search.aggregations.cardinality.hybrid_collector.enabled                 boolean true                    dynamic
search.aggregations.cardinality.hybrid_collector.memory_threshold        memory  1%                      dynamic
search.aggregations.streaming.max_estimated_bucket_count                 long    100000         1..      dynamic
search.aggregations.streaming.min_cardinality_ratio                      double  0.01           0.0..1.0 dynamic
search.aggregations.streaming.min_estimated_bucket_count                 long    1000           1..      dynamic
search.allow_expensive_queries                                           boolean true                    dynamic
search.cancel_after_time_interval                                        time    -1                      dynamic
search.concurrent.max_slice_count                                        integer 1              0..      dynamic
search.concurrent_segment_search.enabled boolean false dynamic deprecated
search.concurrent_segment_search.partition_min_segment_size              integer 500000         1000..   dynamic
search.default_allow_partial_results                                     boolean true                    dynamic
search.default_keep_alive                                                time    5m             0ms..    dynamic
search.default_search_timeout                                            time    -1                      dynamic
search.derived_field.enabled                                             boolean true                    dynamic
search.dynamic_pruning.cardinality_aggregation.max_allowed_cardinality   integer 100            0..      dynamic
search.keyword_index_or_doc_values_enabled                               boolean false                   dynamic
search.low_level_cancellation                                            boolean true                    dynamic
search.max_aggregation_rewrite_filters                                   integer 3000           0..      dynamic
search.max_buckets                                                       integer 65535          0..      dynamic
search.max_keep_alive                                                    time    24h            0ms..    dynamic
search.max_open_pit_context                                              integer 300            0..      dynamic
search.max_open_scroll_context                                           integer 500            0..      dynamic
search.phase_took_enabled                                                boolean false                   dynamic
search.query.max_query_string_length                                     integer 32000          1..      dynamic
search.query.max_query_string_length_monitor_only                        boolean false                   dynamic
search.query_rewriting.enabled                                           boolean false                   dynamic
search.query_rewriting.terms_threshold                                   integer 16             2..      dynamic
search.request_stats_enabled                                             boolean true                    dynamic
search_backpressure.cancellation_burst double 10.0 1.0.. dynamic deprecated
search_backpressure.node_duress.cpu_threshold                            double  0.9            0.0..1.0 dynamic
search_backpressure.node_duress.heap_threshold                           double  0.7            0.0..1.0 dynamic
search_backpressure.node_duress.num_successive_breaches                  integer 3              1..      dynamic
search_backpressure.search_shard_task.cpu_time_millis_threshold          long    15000          0..      dynamic
search_backpressure.search_shard_task.elapsed_time_millis_threshold      long    30000          0..      dynamic
search_backpressure.search_shard_task.heap_moving_average_window_size    integer 100            0..      dynamic
search_backpressure.search_shard_task.heap_percent_threshold             double  0.005          0.0..1.0 dynamic
search_backpressure.search_shard_task.heap_variance                      double  2.0            0.0..    dynamic
search_backpressure.search_shard_task.total_heap_percent_threshold       double  0.05           0.0..1.0 dynamic
search_backpressure.search_task.cancellation_burst                       double  5.0            1.0..    dynamic
search_backpressure.search_task.cpu_time_millis_threshold                long    30000          0..      dynamic
search_backpressure.search_task.elapsed_time_millis_threshold            long    45000          0..      dynamic
search_backpressure.search_task.heap_moving_average_window_size          integer 100            0..      dynamic
search_backpressure.search_task.heap_percent_threshold                   double  0.02           0.0..1.0 dynamic
search_backpressure.search_task.heap_variance                            double  2.0            0.0..    dynamic
search_backpressure.search_task.total_heap_percent_threshold             double  0.05           0.0..1.0 dynamic
segrep.pressure.checkpoint.limit                                         integer 30             1..      dynamic
segrep.pressure.enabled                                                  boolean false                   dynamic
segrep.pressure.replica.stale.limit                                      double  0.5            0.0..1.0 dynamic
segrep.pressure.time.limit                                               time    5m             0ms..    dynamic
segrep.replication.time.limit                                            time    0m             0ms..    dynamic
shard_indexing_pressure.cache_store.max_size                             integer 200            100..1000 dynamic
shard_indexing_pressure.enabled                                          boolean false                   dynamic
shard_indexing_pressure.enforced                                         boolean false                   dynamic
shard_indexing_pressure.operating_factor.lower                           double  0.75           0.0..    dynamic
shard_indexing_pressure.operating_factor.optimal                         double  0.85           0.0..    dynamic
shard_indexing_pressure.operating_factor.upper                           double  0.95           0.0..    dynamic
shard_indexing_pressure.primary_parameter.node.soft_limit                double  0.7            0.0..    dynamic
shard_indexing_pressure.primary_parameter.shard.min_limit                double  0.001          0.0..    dynamic
shard_indexing_pressure.secondary_parameter.successful_request.elapsed_timeout time    300000ms       0ms..    dynamic
shard_indexing_pressure.secondary_parameter.successful_request.max_outstanding_requests integer 100 dynamic
shard_indexing_pressure.secondary_parameter.throughput.degradation_factor double  5.0            1.0..    dynamic
shard_indexing_pressure.secondary_parameter.throughput.request_size_window integer 2000                    dynamic
snapshot.max_concurrent_operations                                       integer 1000           1..      dynamic
snapshot.max_shards_allowed_in_status_api                                integer 200000         1..      dynamic
stream.search.enabled                                                    boolean false                   dynamic
task_cancellation.duration_millis                                        long    10000                   dynamic
task_cancellation.enabled                                                boolean true                    dynamic
task_resource_consumers.enabled                                          boolean false                   dynamic
task_resource_tracking.enabled                                           boolean true                    dynamic
transport.slow_operation_logging_threshold                               time    5s             0ms..    dynamic
transport.stream.request_timeout                                         time    5m                      dynamic
transport.tracer.exclude list ["internal:coordination/fault_detection/*","cluster:monitor/nodes/liveness"] dynamic
transport.tracer.include                                                 list    []                      dynamic
wlm.workload_group.duress_streak                                         integer 3              3..      dynamic
wlm.workload_group.enforcement_interval                                  long    1000           1000..   dynamic
wlm.workload_group.node.cpu_cancellation_threshold                       double  0.9            5e-324.. dynamic
wlm.workload_group.node.cpu_rejection_threshold                          double  0.8            5e-324.. dynamic
wlm.workload_group.node.memory_cancellation_threshold                    double  0.9            5e-324.. dynamic
wlm.workload_group.node.memory_rejection_threshold                       double  0.8            5e-324.. dynamic
"""
