"""Reading a bundle back with other people's programs: pypdf, PDFium, poppler, qpdf, fontTools. Never with pikepdf."""
