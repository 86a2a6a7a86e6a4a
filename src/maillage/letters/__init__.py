"""Every letter sent: drafted, previewed, frozen as a PDF when it leaves."""
