"""Where batches run: this machine."""
