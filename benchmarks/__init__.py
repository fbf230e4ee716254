"""What Prazo's promises of speed are held against: each benchmark prints a table and keeps it as JSON."""
