"""Official documents: structured content in, PDF/UA + PDF/A and DOCX out. No Django."""
