"""The contract with the real server: console files, recordings of its answers, and the comparison with ours.

``recording.record`` and ``compare.compare`` are commands of the product as well as the machinery of fakeknn's own
stories (``tests/stories``).
"""
