"""What the tabs of the page are made of: fields, sliders, tables, pictures, links, words of refusal."""
