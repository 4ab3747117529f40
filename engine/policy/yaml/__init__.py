"""YAML read strictly: nodes that know their places, and values of the wanted shape."""
