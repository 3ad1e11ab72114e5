"""Training material: pairs, sets, the corpus, truth."""
