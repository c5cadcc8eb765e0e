"""All of the library: importing this registers what scripts may call."""

from __future__ import annotations

from fakeknn.painless import (  # noqa: F401
    library_augment,
    library_collectors,
    library_collections,
    library_debug,
    library_doc,
    library_function,
    library_geo,
    library_knn,
    library_lang,
    library_list,
    library_math,
    library_map,
    library_regex,
    library_score,
    library_stream,
    library_string,
)
