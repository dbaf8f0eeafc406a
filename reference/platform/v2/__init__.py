"""APIv2 in front of the same orders, refunds, payers and clock: XML in, XML out, two levels of result, MD5 or HMAC-SHA256."""

from reference.platform.v2.certificates import CERTIFICATE_HEADER, certificate_header
from reference.platform.v2.deviations import ALL as SANDBOX_DEVIATIONS
from reference.platform.v2.deviations import Deviation, deviations_named
from reference.platform.v2.front import V2Front

__all__ = ["CERTIFICATE_HEADER", "SANDBOX_DEVIATIONS", "Deviation", "V2Front", "certificate_header", "deviations_named"]
