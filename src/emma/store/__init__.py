"""The store of artifacts: addresses, manifests, Parquet shards. Ground floor: depends on nothing else of EMMA's."""
