"""Pages of the laboratory. A view translates HTTP; what it shows is read in `pages`."""
