"""How fast are the pages that a team has open all day, at a million orders? Against the stock Django admin."""
