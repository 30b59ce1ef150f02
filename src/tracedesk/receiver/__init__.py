"""Floor 5: OTLP over gRPC and HTTP on loopback."""
