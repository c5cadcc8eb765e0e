"""k-NN: vectors, their fields and queries, distances and scores, exact search and the HNSW graph.

A library of its own: it knows numpy and the foreign exceptions, nothing of documents, indices or requests. A field's
vectors are one matrix; searches answer with rows of it.
"""
