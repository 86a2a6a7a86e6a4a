"""Pages of the schemes. A view translates HTTP; what it shows is read in `pages`."""
