"""The suite's version, as reports and the User-Agent give it."""

from importlib import metadata

__all__ = ["VERSION"]

try:
    VERSION = metadata.version("wechatpay-conformance")
except metadata.PackageNotFoundError:  # run from a checkout that was never installed
    VERSION = "0+checkout"
