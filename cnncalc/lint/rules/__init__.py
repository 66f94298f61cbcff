"""The rules, one file each, named after their code and name; files that begin with `_` are shared by several."""
