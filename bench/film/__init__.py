"""What one new film costs, beside the same at an earlier commit."""
