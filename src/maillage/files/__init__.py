"""What people hand in: files checked by content, quarantined until then."""
