"""TraceDesk: a native desktop application for reading the traces of LLM programs."""

__version__ = "0.1.0"
