"""Training, export and evaluation of the bundled `compact` segmentation network."""
