"""Known answers: language-neutral test vectors for WeChat Pay cryptography, and their loader.

``schema.json`` describes a file of vectors, ``keys.schema.json`` the ``keys.json`` beside it.
"""

from vectors.loader import BUNDLED, SCHEMA, bundled, load_file, load_folder
from vectors.model import Key, Keys, Result, Vector, VectorFile, VectorFileError

__all__ = ["BUNDLED", "SCHEMA", "Key", "Keys", "Result", "Vector", "VectorFile", "VectorFileError", "bundled", "load_file", "load_folder"]
