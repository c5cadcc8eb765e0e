"""Aggregations parsed: definitions by name, each of one type, with what is inside it."""

from __future__ import annotations

import re
from typing import Any

from fakeknn.aggs.base import NAME, PARSERS, Aggregation, Factories, Pipeline
from fakeknn.errors import (
    AggregationInitializationException,
    IllegalArgumentException,
    NamedObjectNotFoundException,
    NotFaked,
    OpenSearchError,
    ParsingException,
    Where,
)
from fakeknn.xcontent import objects
from fakeknn.xcontent.suggest import did_you_mean

#: The aggregations of OpenSearch 3.5.0 and the modules it comes with.
KNOWN = frozenset(
    "adjacency_matrix auto_date_histogram avg avg_bucket bucket_script bucket_selector bucket_sort cardinality "
    "children "
    "composite cumulative_sum date_histogram date_range derivative diversified_sampler extended_stats "
    "extended_stats_bucket "
    "filter filters geo_bounds geo_centroid geo_distance geohash_grid geotile_grid global histogram ip_range "
    "matrix_stats max "
    "max_bucket median_absolute_deviation min min_bucket missing moving_avg moving_fn multi_terms nested parent "
    "percentile_ranks percentiles percentiles_bucket range rare_terms reverse_nested sampler scripted_metric "
    "serial_diff "
    "significant_terms significant_text stats stats_bucket sum sum_bucket terms top_hits value_count "
    "variable_width_histogram weighted_avg".split()
)


_VALID_NAME = re.compile(r"[^\[\]>]+")


def parse_aggregations(container: Any, key: Any) -> Factories:
    """AggregatorFactories.parseAggregators."""
    aggs: list[Aggregation] = []
    pipelines: list[Pipeline] = []
    body = container[key]
    for name, value in body.items():
        if not _VALID_NAME.fullmatch(name):
            raise ParsingException(
                f"Invalid aggregation name [{name}]. Aggregation names can contain any character except '[', ']', and "
                f"'>'",
                at=Where(body, name, "key"),
            )
        if not isinstance(value, dict):
            raise ParsingException(
                f"Aggregation definition for [{name} starts with a [{objects.token(value)}], expected a "
                f"[START_OBJECT].",
                at=Where(body, name),
            )
        found = _parse_one(name, value)
        (pipelines if isinstance(found, Pipeline) else aggs).append(found)  # type: ignore[arg-type]
    return Factories(tuple(aggs), tuple(pipelines))


def _parse_one(name: str, body: dict[str, Any]) -> Aggregation | Pipeline:
    found: Aggregation | Pipeline | None = None
    subs: Factories | None = None
    meta: dict[str, Any] | None = None
    for member, value in body.items():
        if not isinstance(value, dict):
            raise ParsingException(
                f"Expected [START_OBJECT] under [{member}], but got a [{objects.token(value)}] in [{name}]",
                at=Where(body, member),
            )
        if member == "meta":
            meta = value
        elif member in ("aggregations", "aggs"):
            if subs is not None:
                raise ParsingException(f"Found two sub aggregation definitions under [{name}]", at=Where(body, member))
            subs = parse_aggregations(body, member) or None
        else:
            if found is not None:
                raise ParsingException(
                    f"Found two aggregation type definitions in [{name}]: [{found.kind}] and [{member}]",
                    at=Where(body, member),
                )
            found = _parse_type(name, body, member)
    if found is None:
        raise ParsingException(f"Missing definition for aggregation [{name}]", at=Where(body, None, "end"))
    found.meta = meta
    found.name = name
    if subs is not None:
        if isinstance(found, Pipeline):
            raise IllegalArgumentException(f"Aggregation [{name}] cannot define sub-aggregations")
        if found.leaf:
            raise AggregationInitializationException(
                f"Aggregator [{name}] of type [{found.kind}] cannot accept sub-aggregations"
            )
        found.subs = subs
        for agg in subs.aggs:
            agg.parent = found
    return found


def _parse_type(name: str, body: dict[str, Any], kind: str) -> Aggregation | Pipeline:
    parser = PARSERS.get(kind)
    if parser is None:
        if kind in KNOWN:
            raise NotFaked(f"the [{kind}] aggregation")
        error = ParsingException(f"Unknown aggregation type [{kind}]{did_you_mean(kind, KNOWN)}", at=Where(body, kind))
        error.__cause__ = NamedObjectNotFoundException(f"unknown field [{kind}]", at=Where(body, kind))
        raise error
    try:
        return parser(name, body, kind)
    except OpenSearchError as error:
        for link in error.chain():
            if link.reason is not None:
                link.reason = link.reason.replace(NAME, name)
        raise
