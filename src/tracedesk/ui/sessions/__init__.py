"""The sessions page: conversations of several traces, and the turns of one."""
