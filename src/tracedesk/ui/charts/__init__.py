"""Charts: one module per shape of answer that a panel gives. pyqtgraph is imported here and nowhere else, when first needed."""
