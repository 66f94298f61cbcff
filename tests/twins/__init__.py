"""Networks written by hand in PyTorch, module by module as their authors wrote them: what the zoo is held against."""
