"""A compilation as one page that needs no network: what NAME.json holds, drawn."""
