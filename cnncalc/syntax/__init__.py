"""The spec language: text to statements. `parse` reads a source; nothing here knows shapes."""
