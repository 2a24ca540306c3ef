"""A share of the items set aside, chosen by what they are and not by where they stand."""

import hashlib


def is_dev(key: str, share: float, salt: str) -> bool:
    """The same answer for the same key on every machine and in every order."""
    digest = hashlib.sha256(f"{salt}\n{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
