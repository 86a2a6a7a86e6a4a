"""The plan file: checked, loaded, exported; the library of shipped plans."""
