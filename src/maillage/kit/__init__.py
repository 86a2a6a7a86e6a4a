"""What every room uses: commands, exports, French text."""
