"""Development tools: training, model export, scene rendering."""
