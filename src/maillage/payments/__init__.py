"""Bank details, payment batches and what finance returns."""
