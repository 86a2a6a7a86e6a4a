"""The laboratory: what access will become, before it is decided and after."""
