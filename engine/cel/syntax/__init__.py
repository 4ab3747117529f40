"""Text becomes a tree of our own. The one folder that knows cel-python and lark."""
