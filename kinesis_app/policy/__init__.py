"""Policies: ONNX networks with a contract that says what they need and what they drive."""
