"""What the tabs of the page are made of: views and their links, fields, tables, pictures."""
