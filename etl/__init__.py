"""Dateline: raw newswire text to a warehouse in which every event stands on a time line."""
