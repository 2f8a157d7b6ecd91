"""Exports SAM 2.1 and EdgeTAM to the four graphs that Aislewatch runs, and proves that they compute the same."""
