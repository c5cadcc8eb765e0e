"""``GET /``: who is there."""

from __future__ import annotations

from typing import Any

from fakeknn.rest import Request, route
from fakeknn.state.node import Node

#: What GET / says of a version beyond its number.
BUILDS: dict[str, dict[str, Any]] = {
    "3.5.0": {
        "build_hash": "bbc94f0bdc3a759011e6529ecfe52840856f91a3",
        "build_date": "2026-02-07T08:00:41.798926534Z",
        "lucene_version": "10.3.2",
        "minimum_wire_compatibility_version": "2.19.0",
        "minimum_index_compatibility_version": "2.0.0",
    },
}


@route("GET HEAD", "/")
def main(node: Node, request: Request) -> dict[str, Any]:
    build = BUILDS[node.version]
    request.params.setdefault("pretty", "true")
    return {
        "name": node.name,
        "cluster_name": node.cluster_name,
        "cluster_uuid": node.cluster_uuid,
        "version": {
            "distribution": "opensearch",
            "number": node.version,
            "build_type": "tar",
            "build_hash": build["build_hash"],
            "build_date": build["build_date"],
            "build_snapshot": False,
            "lucene_version": build["lucene_version"],
            "minimum_wire_compatibility_version": build["minimum_wire_compatibility_version"],
            "minimum_index_compatibility_version": build["minimum_index_compatibility_version"],
        },
        "tagline": "The OpenSearch Project: https://opensearch.org/",
    }
