"""Points: a ledger that can be proven, and the rules by which it is written."""
