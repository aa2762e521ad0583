"""Hot loops, compiled with numba: arrays in, arrays out. Ground floor: depends on nothing else of EMMA's.

Text comes as an Arrow string column does: `data`, the UTF-8 bytes of all documents, and `offsets`, where each begins.
Every kernel has a ten-line slow version of itself in its test.
"""
