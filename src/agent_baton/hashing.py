"""SHA-256 without loading OpenSSL, which costs a hot command more than the hash."""

from __future__ import annotations

try:
    from _sha2 import sha256 as _sha256
except ImportError:
    try:
        from _sha256 import sha256 as _sha256
    except ImportError:
        from hashlib import sha256 as _sha256


def sha256_hex(text: str) -> str:
    """Lower-case hex digest of the text's UTF-8 bytes."""
    digest: str = _sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return digest
