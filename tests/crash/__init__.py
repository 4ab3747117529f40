"""A server killed again and again under load, and its history compared with what it answered."""
