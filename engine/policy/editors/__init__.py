"""What editors and code hosts are told: schemas and SARIF."""
