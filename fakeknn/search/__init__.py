"""The search request: body → plan → shards → hits."""
