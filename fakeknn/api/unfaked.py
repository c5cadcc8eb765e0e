"""What OpenSearch has and fakeknn has not: endpoints of the real server that no handler answers get status 501.

The table is what the real server's ``OPTIONS`` told of each path; what a handler takes is left to it.
"""

from __future__ import annotations

from typing import Any, NoReturn

from fakeknn.errors import NotFaked
from fakeknn.rest import TABLE, Request

#: The endpoints of OpenSearch 3.5.0 with its k-NN plugin: path, methods.
ENDPOINTS = """
/_alias                                                                GET PUT
/_alias/{name}                                                         GET HEAD POST PUT
/_aliases                                                              GET POST
/_aliases/{name}                                                       POST PUT
/_analyze                                                              GET POST
/_bulk                                                                 POST PUT
/_bulk/stream                                                          POST PUT
/_cache/clear                                                          POST
/_cat                                                                  GET
/_cat/aliases                                                          GET
/_cat/aliases/{alias}                                                  GET
/_cat/allocation                                                       GET
/_cat/allocation/{nodes}                                               GET
/_cat/cluster_manager                                                  GET
/_cat/count                                                            GET
/_cat/count/{index}                                                    GET
/_cat/fielddata                                                        GET
/_cat/fielddata/{fields}                                               GET
/_cat/health                                                           GET
/_cat/indices                                                          GET
/_cat/indices/{index}                                                  GET
/_cat/master                                                           GET
/_cat/nodeattrs                                                        GET
/_cat/nodes                                                            GET
/_cat/pending_tasks                                                    GET
/_cat/pit_segments                                                     GET
/_cat/pit_segments/_all                                                GET
/_cat/plugins                                                          GET
/_cat/recovery                                                         GET
/_cat/recovery/{index}                                                 GET
/_cat/repositories                                                     GET
/_cat/segment_replication                                              GET
/_cat/segment_replication/{index}                                      GET
/_cat/segments                                                         GET
/_cat/segments/{index}                                                 GET
/_cat/shards                                                           GET
/_cat/shards/{index}                                                   GET
/_cat/snapshots                                                        GET
/_cat/snapshots/{repository}                                           GET
/_cat/tasks                                                            GET
/_cat/templates                                                        GET
/_cat/templates/{name}                                                 GET
/_cat/thread_pool                                                      GET
/_cat/thread_pool/{thread_pool_patterns}                               GET
/_close                                                                POST
/_cluster/allocation/explain                                           GET POST
/_cluster/decommission/awareness                                       DELETE
/_cluster/decommission/awareness/{awareness_attribute_name}/_status    GET
/_cluster/decommission/awareness/{awareness_attribute_name}/{awareness_attribute_value} PUT
/_cluster/health                                                       GET
/_cluster/health/{index}                                               GET
/_cluster/nodes/hot_threads                                            GET
/_cluster/nodes/hotthreads                                             GET
/_cluster/nodes/{nodeId}/hot_threads                                   GET
/_cluster/nodes/{nodeId}/hotthreads                                    GET
/_cluster/pending_tasks                                                GET
/_cluster/reroute                                                      POST
/_cluster/routing/awareness/weights                                    DELETE
/_cluster/routing/awareness/{attribute}/weights                        GET PUT DELETE
/_cluster/settings                                                     GET PUT
/_cluster/state                                                        GET
/_cluster/state/{metric}                                               GET
/_cluster/state/{metric}/{indices}                                     GET
/_cluster/stats                                                        GET
/_cluster/stats/nodes/{nodeId}                                         GET
/_cluster/stats/{metric}/nodes/{nodeId}                                GET
/_cluster/stats/{metric}/{index_metric}/nodes/{nodeId}                 GET
/_cluster/voting_config_exclusions                                     POST DELETE
/_cluster/voting_config_exclusions/{node_name}                         POST
/_component_template                                                   GET
/_component_template/{name}                                            GET HEAD POST PUT DELETE
/_count                                                                GET POST
/_dangling                                                             GET
/_dangling/{index_uuid}                                                POST DELETE
/_data_stream                                                          GET
/_data_stream/_stats                                                   GET
/_data_stream/{name}                                                   GET PUT DELETE
/_data_stream/{name}/_stats                                            GET
/_delete_by_query/{taskId}/_rethrottle                                 POST
/_field_caps                                                           GET POST
/_filecache/prune                                                      POST
/_flush                                                                GET POST
/_flush/synced                                                         GET POST
/_forcemerge                                                           POST
/_index_template                                                       GET
/_index_template/_simulate                                             POST
/_index_template/_simulate/{name}                                      POST
/_index_template/_simulate_index/{name}                                POST
/_index_template/{name}                                                GET HEAD POST PUT DELETE
/_ingest/pipeline                                                      GET
/_ingest/pipeline/_simulate                                            GET POST
/_ingest/pipeline/{id}                                                 GET PUT DELETE
/_ingest/pipeline/{id}/_simulate                                       GET POST
/_ingest/processor/grok                                                GET
/_list                                                                 GET
/_list/indices                                                         GET
/_list/indices/{index}                                                 GET
/_list/shards                                                          GET
/_list/shards/{index}                                                  GET
/_list/wlm_stats                                                       GET
/_mapping                                                              GET
/_mapping/field/{fields}                                               GET
/_mappings                                                             GET
/_mget                                                                 GET POST
/_msearch                                                              GET POST
/_msearch/template                                                     GET POST
/_mtermvectors                                                         GET POST
/_nodes                                                                GET
/_nodes/hot_threads                                                    GET
/_nodes/hotthreads                                                     GET
/_nodes/reload_secure_settings                                         POST
/_nodes/stats                                                          GET
/_nodes/stats/{metric}                                                 GET
/_nodes/stats/{metric}/{index_metric}                                  GET
/_nodes/usage                                                          GET
/_nodes/usage/{metric}                                                 GET
/_nodes/{nodeId}                                                       GET
/_nodes/{nodeId}/hot_threads                                           GET
/_nodes/{nodeId}/hotthreads                                            GET
/_nodes/{nodeId}/info/{metrics}                                        GET
/_nodes/{nodeId}/reload_secure_settings                                POST
/_nodes/{nodeId}/stats                                                 GET
/_nodes/{nodeId}/stats/{metric}                                        GET
/_nodes/{nodeId}/stats/{metric}/{index_metric}                         GET
/_nodes/{nodeId}/usage                                                 GET
/_nodes/{nodeId}/usage/{metric}                                        GET
/_nodes/{nodeId}/{metrics}                                             GET
/_open                                                                 POST
/_plugins/_knn/clear_cache/{index}                                     POST
/_plugins/_knn/models/_search                                          GET POST
/_plugins/_knn/models/_train                                           POST
/_plugins/_knn/models/{model_id}                                       GET DELETE
/_plugins/_knn/models/{model_id}/_train                                POST
/_plugins/_knn/stats                                                   GET
/_plugins/_knn/stats/{stat}                                            GET
/_plugins/_knn/warmup/{index}                                          GET
/_plugins/_knn/{nodeId}/stats                                          GET
/_plugins/_knn/{nodeId}/stats/{stat}                                   GET
/_rank_eval                                                            GET POST
/_recovery                                                             GET
/_refresh                                                              GET POST
/_reindex                                                              POST
/_reindex/{taskId}/_rethrottle                                         POST
/_remote/info                                                          GET
/_remotestore/_restore                                                 POST
/_remotestore/metadata/{index}                                         GET
/_remotestore/metadata/{index}/{shard_id}                              GET
/_remotestore/stats/{index}                                            GET
/_remotestore/stats/{index}/{shard_id}                                 GET
/_render/template                                                      GET POST
/_render/template/{id}                                                 GET POST
/_resolve/index/{name}                                                 GET
/_script_context                                                       GET
/_script_language                                                      GET
/_scripts/painless/_context                                            GET
/_scripts/painless/_execute                                            GET POST
/_scripts/{id}                                                         GET POST PUT DELETE
/_scripts/{id}/{context}                                               POST PUT
/_search                                                               GET POST
/_search/pipeline                                                      GET
/_search/pipeline/{id}                                                 GET PUT DELETE
/_search/point_in_time                                                 DELETE
/_search/point_in_time/_all                                            GET DELETE
/_search/scroll                                                        GET POST DELETE
/_search/scroll/{scroll_id}                                            GET POST DELETE
/_search/template                                                      GET POST
/_search_shards                                                        GET POST
/_segments                                                             GET
/_settings                                                             GET PUT
/_settings/{name}                                                      GET
/_shard_stores                                                         GET
/_snapshot                                                             GET
/_snapshot/_status                                                     GET
/_snapshot/{repository}                                                GET POST PUT DELETE
/_snapshot/{repository}/_cleanup                                       POST
/_snapshot/{repository}/_status                                        GET
/_snapshot/{repository}/_verify                                        POST
/_snapshot/{repository}/{snapshot}                                     GET POST PUT DELETE
/_snapshot/{repository}/{snapshot}/_clone/{target_snapshot}            PUT
/_snapshot/{repository}/{snapshot}/_restore                            POST
/_snapshot/{repository}/{snapshot}/_status                             GET
/_snapshot/{repository}/{snapshot}/{index}/_status                     GET
/_stats                                                                GET
/_stats/{metric}                                                       GET
/_tasks                                                                GET
/_tasks/_cancel                                                        POST
/_tasks/{task_id}                                                      GET
/_tasks/{task_id}/_cancel                                              POST
/_template                                                             GET
/_template/{name}                                                      GET HEAD POST PUT DELETE
/_update_by_query/{taskId}/_rethrottle                                 POST
/_upgrade                                                              GET POST
/_validate/query                                                       GET POST
/_wlm/stats                                                            GET
/_wlm/stats/{workloadGroupId}                                          GET
/_wlm/{nodeId}/stats                                                   GET
/_wlm/{nodeId}/stats/{workloadGroupId}                                 GET
/views                                                                 GET POST
/views/{view_name}                                                     GET PUT DELETE
/views/{view_name}/_search                                             GET POST
/favicon.ico                                                           GET
/{index}                                                               GET HEAD PUT DELETE
/{index}/_alias                                                        GET HEAD PUT
/{index}/_alias/{name}                                                 GET HEAD POST PUT DELETE
/{index}/_aliases                                                      PUT
/{index}/_aliases/{name}                                               POST PUT DELETE
/{index}/_analyze                                                      GET POST
/{index}/_block/{block}                                                PUT
/{index}/_bulk                                                         POST PUT
/{index}/_bulk/stream                                                  POST PUT
/{index}/_cache/clear                                                  POST
/{index}/_clone/{target}                                               POST PUT
/{index}/_close                                                        POST
/{index}/_count                                                        GET POST
/{index}/_create/{id}                                                  POST PUT
/{index}/_delete_by_query                                              POST
/{index}/_doc                                                          POST
/{index}/_doc/{id}                                                     GET HEAD POST PUT DELETE
/{index}/_explain/{id}                                                 GET POST
/{index}/_field_caps                                                   GET POST
/{index}/_flush                                                        GET POST
/{index}/_flush/synced                                                 GET POST
/{index}/_forcemerge                                                   POST
/{index}/_mapping                                                      GET POST PUT
/{index}/_mapping/field/{fields}                                       GET
/{index}/_mappings                                                     GET POST PUT
/{index}/_mget                                                         GET POST
/{index}/_msearch                                                      GET POST
/{index}/_msearch/template                                             GET POST
/{index}/_mtermvectors                                                 GET POST
/{index}/_open                                                         POST
/{index}/_rank_eval                                                    GET POST
/{index}/_recovery                                                     GET
/{index}/_refresh                                                      GET POST
/{index}/_rollover                                                     POST
/{index}/_rollover/{new_index}                                         POST
/{index}/_scale                                                        POST
/{index}/_search                                                       GET POST
/{index}/_search/point_in_time                                         POST
/{index}/_search/template                                              GET POST
/{index}/_search_shards                                                GET POST
/{index}/_segments                                                     GET
/{index}/_setting/{name}                                               GET
/{index}/_settings                                                     GET PUT
/{index}/_settings/{name}                                              GET
/{index}/_shard_stores                                                 GET
/{index}/_shrink/{target}                                              POST PUT
/{index}/_source/{id}                                                  GET HEAD
/{index}/_split/{target}                                               POST PUT
/{index}/_stats                                                        GET
/{index}/_stats/{metric}                                               GET
/{index}/_termvectors                                                  GET POST
/{index}/_termvectors/{id}                                             GET POST
/{index}/_update/{id}                                                  POST
/{index}/_update_by_query                                              POST
/{index}/_upgrade                                                      GET POST
/{index}/_validate/query                                               GET POST
/{index}/ingestion/_pause                                              POST
/{index}/ingestion/_resume                                             POST
/{index}/ingestion/_state                                              GET
"""


def endpoints() -> list[tuple[str, str]]:
    """Each method and path of ``ENDPOINTS``."""
    found = []
    for line in ENDPOINTS.strip().splitlines():
        path, *methods = line.split()
        found += [(method, path) for method in methods]
    return found


def register() -> None:
    """Let every endpoint that has no handler refuse; to be called when all handlers are there."""
    for method, path in endpoints():
        if not TABLE.has(method, path):
            TABLE.add(method, path, _refuse, (), anything=True)


def _refuse(node: Any, request: Request) -> NoReturn:
    raise NotFaked(f"{request.method} {request.template}")
