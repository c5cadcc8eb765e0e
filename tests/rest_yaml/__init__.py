"""OpenSearch's own REST YAML tests, run from outside: ``passing.txt`` lists those that pass, so that none is lost."""
