"""Pages of the committees and of the decisions. A view translates HTTP; what it shows is read in `pages`."""
