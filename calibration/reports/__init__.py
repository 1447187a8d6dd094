"""What a check found, as data: ``report`` stores it once, ``markdown`` renders it.

``pictures`` is what the pictures of all reports share. The dossier and the page render the same
data. Reports know nothing of the checks that make them.
"""
