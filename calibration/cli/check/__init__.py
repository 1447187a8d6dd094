"""``lilliput calibrate check``: a request and a report a check, in files by what they look at.

Begin with ``main``, the list of checks; ``options`` is what their requests share. A request is a
model whose fields are the options; a function under ``check_command`` makes report and pictures.
"""
