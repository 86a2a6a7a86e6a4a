"""What the pages of the laboratory show, as plain values."""
