"""The proofs of the calibration: what each measures, its goals, and its report.

Begin with ``noise``: numbers, a goal, a report with its pictures. ``agreement`` compares fits;
``recovery`` fits records of the rules' own making. ``histories`` looks at free runs, under the
priors and under the fitted rules, ``sensitivity`` at what moves them. ``identified`` sets the draws
beside the priors, ``nulls`` and ``leave_one_out`` the rules beside simpler accounts; ``foresight``
asks for what came later. ``ablation`` takes away mechanisms, singly and in groups, and goes back to
the prior; ``influence`` takes away single observations. ``work`` says in words how each works.
Checks know of reports, and nothing of commands.
"""
