"""Real servers for the tests, which the run itself starts: PostgreSQL, Valkey, SMTP, Chromium."""
