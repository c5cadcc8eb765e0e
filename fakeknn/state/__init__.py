"""All that one server knows: indices and their shards, names, settings, templates, routing."""
