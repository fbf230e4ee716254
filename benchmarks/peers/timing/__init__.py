"""Rows that fall due, and five ways to have each of them worked on."""
