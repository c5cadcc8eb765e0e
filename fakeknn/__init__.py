"""fakeknn: a drop-in fake OpenSearch with k-NN, for tests."""

__version__ = "0.1.0"
