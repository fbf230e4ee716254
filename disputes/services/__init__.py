"""Every change to what the team has to do."""
