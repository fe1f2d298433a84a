"""The edge: who asks, in what form, within which limits."""
