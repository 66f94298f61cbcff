"""A network as the text of something else; nothing here is executed but by `verify`."""
