"""Recipients, calls and applications: from the draft to the complete file."""
