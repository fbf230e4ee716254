"""Orders with items and dates, and the import of a file of them by django-import-export."""
