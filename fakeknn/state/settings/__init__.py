"""Settings of indices and of the cluster: their kinds, the registries that know each key, and their lives.

``flat`` turns JSON into flat keys and back, ``kinds`` reads texts, ``registry`` validates and updates, ``index`` and
``cluster`` are the tables, ``lifecycle`` is what happens to the settings of an index.
"""
