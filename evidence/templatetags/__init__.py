"""What the template of a bundle needs to print other people's words."""
