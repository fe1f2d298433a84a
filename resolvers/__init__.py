"""What the graph shows; one file for each word of the domain; no SQL."""
