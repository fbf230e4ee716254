"""Order and tracking files: bytes on disk become records or row errors; nothing here touches the database."""
