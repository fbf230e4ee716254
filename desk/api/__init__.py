"""Prazo's own API: thin views over the services behind the pages."""
