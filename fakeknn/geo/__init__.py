"""Points and shapes on the sphere: their texts, their encoding, the distances between them. Knows numpy and errors."""
