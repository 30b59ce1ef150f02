"""Floor 2: what a recorded trace would have looked like had some of its steps been slower, faster, retried or gone.

The model in one paragraph. Every span has a *program*: which moment of its life starts each child, which moment waits
for each child, and how much work of its own lies between. The program is read off the recorded times (`rules/`,
`sweep`, `infer`), with constraints that reach across spans (pools, links, streams, ...) beside it. A *change* alters
amounts of work or the program; `evaluate` runs the program again and `apply` says what came out. Two laws hold: no
change gives back the recorded trace, and what the trace cannot tell is said, never filled in.

Entrances: `baseline.Baseline.of`, `apply.apply`, `critical_path`, `slack`, `bottlenecks`, `many`, and the ready-made
questions in `perturbations/`. Pure functions over numpy columns: no file, no clock, no screen.
"""
