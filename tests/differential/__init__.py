"""Drawn mappings, documents and requests, sent to a real server and to fakeknn, whose whole answers are compared.

By hand::

    python -m tests.differential --oracle http://localhost:9200 --requests 10000 --seed 1 --area knn
    python -m tests.differential.spoilt_stories --oracle http://localhost:9200 --area seeds --each 40

Every difference is shrunk and printed as a console story.
"""
