"""The demo territory: a fictional département written as official files, then loaded like any other."""
