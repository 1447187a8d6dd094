"""The dossier: the reports of all checks on one page, for a reader who doubts the model.

``sections.toml`` says what stands where; ``gather`` reads reports, draws and evidence and holds
the goals against them; ``page`` sets it all into ``dossier.html.j2``.
"""
