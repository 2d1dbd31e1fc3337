"""The command `check`: robot contract and checkpoint beside the live graph, or beside a bag."""
