"""How fast and how small Wangge is, as ratios against peers in one run on one machine.

`make bench` starts real servers, checks that both sides give the same answers, warms both, and
measures them in turns. Absolute figures depend on the machine; the ratios and the times that a
person waits are what is promised (`report.py`).
"""
