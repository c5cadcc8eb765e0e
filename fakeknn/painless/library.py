"""All of the library: importing this registers what scripts may call."""

from __future__ import annotations

from fakeknn.painless import (  # noqa: F401
    library_debug,
    library_doc,
    library_geo,
    library_knn,
    library_lang,
    library_list,
    library_map,
    library_regex,
    library_score,
    library_string,
)
