"""What can be wrong with bytes that came from somebody else.

One class for each thing a caller may want to tell apart; a mistake of our own is an assertion, not
one of these.
"""


class CryptoError(Exception):
    """Input from outside did not pass a cryptographic or a format check."""


class BadSignature(CryptoError):
    """A signature does not belong to this message, label and key."""


class BadHeader(CryptoError):
    """A container's header breaks the age grammar or the shape of the profile."""


class BadArmor(BadHeader):
    """The text around an age file is not the strict armor that age writes."""


class NoMatchingIdentity(CryptoError):
    """None of the keys at hand opens any stanza of the header."""


class PassphraseOnly(NoMatchingIdentity):
    """Only a passphrase opens this file, and passphrases are not taken."""


class BadMac(CryptoError):
    """The header's MAC does not verify under the file key."""


class BadPayload(CryptoError):
    """The encrypted payload was altered, cut short, extended or reordered."""


class OutOfOrder(CryptoError):
    """A frame of a channel was played again, or came before others."""


class BadShare(CryptoError):
    """A key holder's record does not hold the share that the header commits to."""


class BadProof(CryptoError):
    """A Merkle or VRF proof does not lead to the stated result."""


class BadCheckpoint(CryptoError):
    """A checkpoint or signed note is malformed, unsigned or contradicts an earlier one."""


class BadTimestamp(CryptoError):
    """A time-stamp token is malformed, untrusted or speaks of something else."""


class BadCertificate(CryptoError):
    """A certificate or revocation list is malformed, untrusted, expired or of the wrong kind."""


class BadKey(CryptoError):
    """A key text or key encoding is malformed or of the wrong kind."""


class WrongPassphrase(CryptoError):
    """The passphrase does not open this file."""


class ProviderMissing(Exception):
    """A library that a suite needs is not installed on this machine, or was built without it.

    Not the input's fault, and so no CryptoError: a verifier must not take it for a forgery.
    """
