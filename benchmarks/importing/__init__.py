"""How fast an order file is in the database, against django-import-export in both its modes, and bare COPY."""
