"""Plain values for the pages of schemes: what the public reads, what the office reads."""
