"""Carriers' news from services that ask the carriers: one small interface, and a client for each service."""
