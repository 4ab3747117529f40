"""Policies: YAML files with CEL expressions that decide every answer."""
