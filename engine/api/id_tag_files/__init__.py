"""Id tags as CSV: read, checked, compared with the store, written; and the way back."""
