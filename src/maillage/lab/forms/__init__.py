"""What people type in the laboratory."""
