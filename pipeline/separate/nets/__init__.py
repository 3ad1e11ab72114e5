"""The nets that separate, and their exchange as ONNX."""
