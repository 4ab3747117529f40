"""What the API shows and does, one module per thing."""
