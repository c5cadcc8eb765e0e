"""The settings that a node gets when it starts, in the form that ``table`` reads.

They are known so that changing one is refused for the right reason, and shown among the defaults of
``GET _cluster/settings``. What belongs to a machine (paths, addresses, names, sizes of thread pools) is that of a
small one.
"""

NODE_TABLE = """\
aux.transport.types                                                            list []
bootstrap.ctrlhandler                                                          text true
bootstrap.memory_lock                                                          text false
bootstrap.system_call_filter                                                   text true
cache.recycler.page.limit.heap                                                 text 10%
cache.recycler.page.type                                                       text CONCURRENT
cache.recycler.page.weight.bytes                                               text 1.0
cache.recycler.page.weight.ints                                                text 1.0
cache.recycler.page.weight.longs                                               text 1.0
cache.recycler.page.weight.objects                                             text 0.1
client.type                                                                    text node
cluster.allocator.existing_shards_allocator.batch_enabled                      text true
cluster.election.back_off_time                                                 text 100ms
cluster.election.duration                                                      text 500ms
cluster.election.initial_timeout                                               text 100ms
cluster.election.max_timeout                                                   text 10s
cluster.election.strategy                                                      text default
cluster.fault_detection.follower_check.retry_count                             text 3
cluster.fault_detection.leader_check.interval                                  text 1000ms
cluster.fault_detection.leader_check.retry_count                               text 3
cluster.index.restrict.replication.type                                        text false final
cluster.indices.replication.strategy                                           text DOCUMENT final
cluster.indices.tombstones.size                                                text 500
cluster.initial_cluster_manager_nodes                                          list []
cluster.initial_master_nodes                                                   list []
cluster.join.timeout                                                           text 60000ms
cluster.name                                                                   text opensearch
cluster.nodes.reconnect_interval                                               text 10s
cluster.publish.info_timeout                                                   text 10000ms
cluster.remote.connect                                                         text true
cluster.remote.connections_per_cluster                                         text 3
cluster.remote.initial_connect_timeout                                         text 30s
cluster.remote.node.attr                                                       text ""
cluster.remote_store.index.restrict.async-durability                           text false final
cluster.remote_store.pinned_timestamps.enabled                                 text false
cluster.remote_store.pinned_timestamps.lookback_interval                       text 1m
cluster.remote_store.pinned_timestamps.scheduler_interval                      text 3m
cluster.remote_store.routing_table.path.prefix                                 text "" final
cluster.remote_store.segments.path.prefix                                      text "" final
cluster.remote_store.state.enabled                                             text false final
cluster.remote_store.state.path.prefix                                         text "" final
cluster.remote_store.translog.path.prefix                                      text "" final
cluster.routing.allocation.disk.watermark.enable_for_single_data_node          text false
cluster.routing.allocation.type                                                text balanced
cluster.snapshot.shard.path.prefix                                             text "" final
discovery.cluster_formation_warning_timeout                                    text 10000ms
discovery.find_peers_interval                                                  text 1000ms
discovery.find_peers_interval_during_decommission                              text 120s
discovery.initial_state_timeout                                                text 30s
discovery.probe.connect_timeout                                                text 3000ms
discovery.probe.handshake_timeout                                              text 1000ms
discovery.request_peers_timeout                                                text 3000ms
discovery.seed_hosts                                                           list []
discovery.seed_providers                                                       list []
discovery.seed_resolver.max_concurrent_resolvers                               text 10
discovery.seed_resolver.timeout                                                text 5s
discovery.type                                                                 text single-node
discovery.unconfigured_bootstrap_timeout                                       text 3s
discovery.zen.hosts_provider                                                   list []
discovery.zen.ping.unicast.concurrent_connects                                 text 10
discovery.zen.ping.unicast.hosts                                               list []
discovery.zen.ping.unicast.hosts.resolve_timeout                               text 5s
gateway.auto_import_dangling_indices                                           text false
gateway.expected_data_nodes                                                    text -1
gateway.recover_after_data_nodes                                               text -1
gateway.recover_after_time                                                     text 0ms
gateway.write_dangling_indices_info                                            text true
http.bind_host                                                                 list []
http.compression                                                               text true
http.compression_level                                                         text 3
http.connect_timeout                                                           text 0ms
http.content_type.required                                                     text true
http.cors.allow-credentials                                                    text false
http.cors.allow-headers text X-Requested-With,Content-Type,Content-Length
http.cors.allow-methods                                                        text OPTIONS,HEAD,GET,POST,PUT,DELETE
http.cors.allow-origin                                                         text ""
http.cors.enabled                                                              text false
http.cors.max-age                                                              text 1728000
http.detailed_errors.enabled                                                   text true
http.host                                                                      list []
http.max_chunk_size                                                            text 8192b
http.max_content_length                                                        text 100mb
http.max_header_size                                                           text 16384b
http.max_initial_line_length                                                   text 4096b
http.max_warning_header_count                                                  text -1
http.max_warning_header_size                                                   text -1b
http.netty.max_composite_buffer_components                                     text 69905
http.netty.receive_predictor_size                                              text 65536b
http.netty.worker_count                                                        text 0
http.pipelining.max_events                                                     text 10000
http.port                                                                      text 9200-9300
http.protocol.http3.enabled                                                    text false
http.publish_host                                                              list []
http.publish_port                                                              text -1
http.read_timeout                                                              text 0ms
http.reset_cookies                                                             text false
http.tcp.keep_alive                                                            text true
http.tcp.keep_count                                                            text -1
http.tcp.keep_idle                                                             text -1
http.tcp.keep_interval                                                         text -1
http.tcp.no_delay                                                              text true
http.tcp.receive_buffer_size                                                   text -1b
http.tcp.reuse_address                                                         text true
http.tcp.send_buffer_size                                                      text -1b
http.tcp_no_delay                                                              text true
http.type                                                                      text ""
http.type.default                                                              text netty4
index.codec                                                                    text default
index.composite_store.type                                                     text default
index.recovery.type                                                            text ""
index.store.factory                                                            text ""
index.store.fs.fs_lock                                                         text native
index.store.preload                                                            list []
index.store.type                                                               text ""
indexing_pressure.memory.limit                                                 text 10%
indices.analysis.hunspell.dictionary.ignore_case                               text false
indices.analysis.hunspell.dictionary.lazy                                      text false
indices.breaker.fielddata.type                                                 text memory
indices.breaker.request.type                                                   text memory
indices.breaker.total.use_real_memory                                          text true
indices.breaker.type                                                           text hierarchy
indices.cache.cleanup_interval                                                 text 1m
indices.memory.index_buffer_size                                               text 10%
indices.memory.interval                                                        text 5s
indices.memory.max_index_buffer_size                                           text -1
indices.memory.min_index_buffer_size                                           text 48mb
indices.memory.shard_inactive_time                                             text 5m
indices.queries.cache.all_segments                                             text false
indices.queries.cache.count                                                    text 10000
indices.queries.cache.size                                                     text 10%
indices.query.query_string.allowLeadingWildcard                                text true
indices.query.query_string.analyze_wildcard                                    text false
indices.requests.cache.cleanup.interval                                        text 1m
indices.requests.cache.expire                                                  text 0ms
indices.requests.cache.opensearch_onheap.expire                                text 9223372036854775807nanos
indices.requests.cache.opensearch_onheap.size                                  text 1%
indices.requests.cache.size                                                    text 1%
indices.requests.cache.store.name                                              text ""
indices.store.delete.shard.timeout                                             text 30s
indices.time_series_index.default_index_merge_policy                           text default
ingest.common.processors.allowed                                               list []
ingest.grok.watchdog.interval                                                  text 1s
ingest.grok.watchdog.max_execution_time                                        text 1s
knn.faiss.avx2.disabled                                                        text false
knn.faiss.avx512.disabled                                                      text false
knn.faiss.avx512_spr.disabled                                                  text false
knn.queue_size                                                                 text 1
knn.size                                                                       text 1
logger.level                                                                   text INFO
monitor.fs.health.refresh_interval                                             text 60s
monitor.fs.refresh_interval                                                    text 1s
monitor.jvm.gc.enabled                                                         text true
monitor.jvm.gc.overhead.debug                                                  text 10
monitor.jvm.gc.overhead.info                                                   text 25
monitor.jvm.gc.overhead.warn                                                   text 50
monitor.jvm.gc.refresh_interval                                                text 1s
monitor.jvm.refresh_interval                                                   text 1s
monitor.os.refresh_interval                                                    text 1s
monitor.process.refresh_interval                                               text 1s
network.bind_host                                                              list []
network.host                                                                   list ["_local_"]
network.publish_host                                                           list []
network.server                                                                 text true
network.tcp.connect_timeout                                                    text 30s
network.tcp.keep_alive                                                         text true
network.tcp.keep_count                                                         text -1
network.tcp.keep_idle                                                          text -1
network.tcp.keep_interval                                                      text -1
network.tcp.no_delay                                                           text true
network.tcp.receive_buffer_size                                                text -1b
network.tcp.reuse_address                                                      text true
network.tcp.send_buffer_size                                                   text -1b
node.attr.shard_indexing_pressure_enabled                                      text true
node.data                                                                      text true
node.enable_lucene_segment_infos_trace                                         text false
node.id.seed                                                                   text 0
node.ingest                                                                    text true
node.local_storage                                                             text true
node.master                                                                    text true
node.max_local_storage_nodes                                                   text 1
node.name                                                                      text fakeknn
node.pidfile                                                                   text ""
node.portsfile                                                                 text false
node.processors                                                                text 2
node.remote_cluster_client                                                     text true
node.roles list ["ingest","remote_cluster_client","data","cluster_manager"]
node.search.cache.size                                                         text 0
node.store.allow_mmap                                                          text true
opensearch.experimental.feature.application_templates.enabled                  text false
opensearch.experimental.feature.arrow.streams.enabled                          text false
opensearch.experimental.feature.extensions.enabled                             text false
opensearch.experimental.feature.remote_store.migration.enabled                 text false
opensearch.experimental.feature.telemetry.enabled                              text false
opensearch.experimental.feature.transport.stream.enabled                       text false
opensearch.experimental.feature.writable_warm_index.enabled                    text false
opensearch.experimental.optimization.datetime_formatter_caching.enabled        text false
opensearch.experimental.optimization.termversion.precommit.enabled             text false
path.data                                                                      list []
path.home                                                                      text /usr/share/opensearch
path.logs                                                                      text /usr/share/opensearch/logs
path.repo                                                                      list []
path.shared_data                                                               text ""
pidfile                                                                        text ""
plugin.mandatory                                                               list []
point_in_time.init.keep_alive                                                  text 30s
processors                                                                     text 2
reindex.remote.allowlist                                                       list []
repositories.fs.chunk_size                                                     text 9223372036854775807b
repositories.fs.compress                                                       text false
repositories.fs.location                                                       text ""
resource.reload.enabled                                                        text true
resource.reload.interval.high                                                  text 5s
resource.reload.interval.low                                                   text 60s
resource.reload.interval.medium                                                text 30s
rest.action.multi.allow_explicit_index                                         text true
script.allowed_contexts                                                        list []
script.allowed_types                                                           list []
script.cache.expire                                                            text 0ms
script.cache.max_size                                                          text 100
script.disable_max_compilations_rate                                           text false
script.painless.regex.enabled                                                  text limited
script.painless.regex.limit-factor                                             text 6
search.highlight.term_vector_multi_value                                       text true
search.keep_alive_interval                                                     text 1m
security.manager.filter_bad_defaults                                           text true
snapshot.repository_data.cache.threshold                                       text 3670016b
thread_pool.analyze.queue_size                                                 text 16
thread_pool.analyze.size                                                       text 1
thread_pool.estimated_time_interval                                            text 200ms
thread_pool.fetch_shard_started.core                                           text 1
thread_pool.fetch_shard_started.keep_alive                                     text 5m
thread_pool.fetch_shard_started.max                                            text 4
thread_pool.fetch_shard_store.core                                             text 1
thread_pool.fetch_shard_store.keep_alive                                       text 5m
thread_pool.fetch_shard_store.max                                              text 4
thread_pool.flush.core                                                         text 1
thread_pool.flush.keep_alive                                                   text 5m
thread_pool.flush.max                                                          text 1
thread_pool.force_merge.queue_size                                             text -1
thread_pool.force_merge.size                                                   text 1
thread_pool.generic.core                                                       text 4
thread_pool.generic.keep_alive                                                 text 30s
thread_pool.generic.max                                                        text 128
thread_pool.get.queue_size                                                     text 1000
thread_pool.get.size                                                           text 2
thread_pool.index_searcher.queue_size                                          text 1000
thread_pool.index_searcher.size                                                text 4
thread_pool.listener.queue_size                                                text -1
thread_pool.listener.size                                                      text 1
thread_pool.management.core                                                    text 1
thread_pool.management.keep_alive                                              text 5m
thread_pool.management.max                                                     text 5
thread_pool.refresh.core                                                       text 1
thread_pool.refresh.keep_alive                                                 text 5m
thread_pool.refresh.max                                                        text 1
thread_pool.remote_purge.core                                                  text 1
thread_pool.remote_purge.keep_alive                                            text 5m
thread_pool.remote_purge.max                                                   text 1
thread_pool.remote_recovery.core                                               text 1
thread_pool.remote_recovery.keep_alive                                         text 5m
thread_pool.remote_recovery.max                                                text 4
thread_pool.remote_refresh_retry.core                                          text 1
thread_pool.remote_refresh_retry.keep_alive                                    text 5m
thread_pool.remote_refresh_retry.max                                           text 1
thread_pool.remote_state_checksum.queue_size                                   text 1000
thread_pool.remote_state_checksum.size                                         text 11
thread_pool.remote_state_read.queue_size                                       text 120000
thread_pool.remote_state_read.size                                             text 8
thread_pool.search.queue_size                                                  text 1000
thread_pool.search.size                                                        text 4
thread_pool.search_throttled.queue_size                                        text 100
thread_pool.search_throttled.size                                              text 1
thread_pool.snapshot.core                                                      text 1
thread_pool.snapshot.keep_alive                                                text 5m
thread_pool.snapshot.max                                                       text 1
thread_pool.snapshot_deletion.core                                             text 1
thread_pool.snapshot_deletion.keep_alive                                       text 5m
thread_pool.snapshot_deletion.max                                              text 64
thread_pool.stream_search.queue_size                                           text 1000
thread_pool.stream_search.size                                                 text 4
thread_pool.system_read.queue_size                                             text 2000
thread_pool.system_read.size                                                   text 1
thread_pool.system_write.queue_size                                            text 1000
thread_pool.system_write.size                                                  text 1
thread_pool.translog_recovery.queue_size                                       text -1
thread_pool.translog_recovery.size                                             text 2
thread_pool.translog_sync.queue_size                                           text 10000
thread_pool.translog_sync.size                                                 text 8
thread_pool.translog_transfer.core                                             text 1
thread_pool.translog_transfer.keep_alive                                       text 5m
thread_pool.translog_transfer.max                                              text 1
thread_pool.warmer.core                                                        text 1
thread_pool.warmer.keep_alive                                                  text 5m
thread_pool.warmer.max                                                         text 1
thread_pool.write.queue_size                                                   text 10000
thread_pool.write.size                                                         text 2
transport.bind_host                                                            list []
transport.compress                                                             text false
transport.connect_timeout                                                      text 30s
transport.connections_per_node.bulk                                            text 3
transport.connections_per_node.ping                                            text 1
transport.connections_per_node.recovery                                        text 2
transport.connections_per_node.reg                                             text 6
transport.connections_per_node.state                                           text 1
transport.host                                                                 list []
transport.netty.boss_count                                                     text 1
transport.netty.receive_predictor_max                                          text 65536b
transport.netty.receive_predictor_min                                          text 65536b
transport.netty.receive_predictor_size                                         text 65536b
transport.netty.worker_count                                                   text 2
transport.ping_schedule                                                        text -1
transport.port                                                                 text 9300-9400
transport.publish_host                                                         list []
transport.publish_port                                                         text -1
transport.ssl.dual_mode.enabled                                                text false
transport.ssl.enforce_hostname_verification                                    text true
transport.ssl.resolve_hostname                                                 text true
transport.stream.type.default                                                  text FLIGHT
transport.tcp.compress                                                         text false
transport.tcp.connect_timeout                                                  text 30s
transport.tcp.keep_alive                                                       text true
transport.tcp.keep_count                                                       text -1
transport.tcp.keep_idle                                                        text -1
transport.tcp.keep_interval                                                    text -1
transport.tcp.no_delay                                                         text true
transport.tcp.port                                                             text 9300-9400
transport.tcp.receive_buffer_size                                              text -1b
transport.tcp.reuse_address                                                    text true
transport.tcp.send_buffer_size                                                 text -1b
transport.tcp_no_delay                                                         text true
transport.type                                                                 text ""
transport.type.default                                                         text netty4
"""

#: Known, and not among the defaults.
UNSHOWN = """
reindex.ssl.certificate
reindex.ssl.certificate_authorities
reindex.ssl.cipher_suites
reindex.ssl.client_authentication
reindex.ssl.key
reindex.ssl.key_passphrase
reindex.ssl.keystore.algorithm
reindex.ssl.keystore.key_password
reindex.ssl.keystore.password
reindex.ssl.keystore.path
reindex.ssl.keystore.type
reindex.ssl.supported_protocols
reindex.ssl.truststore.password
reindex.ssl.truststore.path
reindex.ssl.truststore.type
reindex.ssl.verification_mode
"""

#: Kept in the keystore.
SECURE = """
keystore.seed
knn.remote_index_build.service.password
knn.remote_index_build.service.username
reindex.ssl.keystore.secure_key_password
reindex.ssl.keystore.secure_password
reindex.ssl.secure_key_passphrase
reindex.ssl.truststore.secure_password
"""

#: Groups (``monitor.jvm.gc.collector.``) and patterns of keys.
PATTERNS = """
breaker.*.type
indices.analysis.hunspell.dictionary.
monitor.jvm.gc.collector.
node.attr.
request.headers.
transport.features.
transport.profiles.*.bind_host
transport.profiles.*.port
transport.profiles.*.publish_host
transport.profiles.*.publish_port
transport.profiles.*.receive_buffer_size
transport.profiles.*.reuse_address
transport.profiles.*.send_buffer_size
transport.profiles.*.tcp.keep_alive
transport.profiles.*.tcp.keep_count
transport.profiles.*.tcp.keep_idle
transport.profiles.*.tcp.keep_interval
transport.profiles.*.tcp.no_delay
transport.profiles.*.tcp.receive_buffer_size
transport.profiles.*.tcp.reuse_address
transport.profiles.*.tcp.send_buffer_size
transport.profiles.*.tcp_keep_alive
transport.profiles.*.tcp_no_delay
"""
