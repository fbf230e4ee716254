"""Do millions of dates ahead cost anything, and how fast is what falls due done? Against five other ways to do it."""
