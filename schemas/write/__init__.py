"""Records to documents of other systems: METS, MODS, ALTO. Pure; same records, same bytes."""
