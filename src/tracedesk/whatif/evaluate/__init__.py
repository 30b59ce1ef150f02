"""Running a program: amounts of work in, starts and ends out.

`plain` does whole levels of the tree at once with numpy; `general` goes by events where pools, constraints across spans
or unusual joins are involved; `evaluator` splits a program between the two.
"""
