"""Methods side by side: fine-tuning without a graph, over many real worlds and seeds."""
