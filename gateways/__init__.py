"""The doors to the world: CRM, model, enrichment, mail and notices."""
