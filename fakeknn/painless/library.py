"""All of the library: importing this registers what scripts may call."""

from __future__ import annotations

from fakeknn.painless import (  # noqa: F401
    library_augment,
    library_calendar_builder,
    library_collections,
    library_collectors,
    library_date_format,
    library_debug,
    library_deque,
    library_doc,
    library_elementary,
    library_function,
    library_geo,
    library_knn,
    library_lang,
    library_list,
    library_locale,
    library_map,
    library_math,
    library_number_format,
    library_opensearch,
    library_regex,
    library_score,
    library_set,
    library_stream,
    library_string,
    library_time_adjusters,
    library_time_amounts,
    library_time_methods,
    library_time_zones,
)
