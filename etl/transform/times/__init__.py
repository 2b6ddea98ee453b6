"""Time expressions: found once as symbols that depend on no clock, resolved late against an anchor."""
