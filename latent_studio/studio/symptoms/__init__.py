"""The rules by which the numbers of a run are read; each looks for one thing that goes wrong.

A rule looks at the last part of a run (what was wrong once may have passed) and at medians and smoothed curves (single
steps are noise). None depends on the scale of a loss or a score, of which every divergence has its own: the
discriminator's lead is the area under its ROC curve, gradients and distances are compared with the run's own, and what
samples do with what the data do.
"""
