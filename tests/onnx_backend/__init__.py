"""ONNX's own operator tests (`onnx.backend.test`), compiled to C and run here.

python -m tests.onnx_backend                       all in scope, with a summary by operator
python -m tests.onnx_backend --only 'gather|topk'  those whose name or operator matches
python -m tests.onnx_backend --write               also notes what is refused, and writes the docs' page
"""
