"""What the platform refuses around accounts and certificates."""

from tendering.domain.refusals import Conflict, Forbidden, Invalid


class AlreadyOver(Invalid):
    """The end of validity lies in the past."""

    code = "already-over"


class AlreadyRegistered(Conflict):
    """An organization with this unified social credit code is registered."""

    code = "already-registered"


class AuthorizationStands(Conflict):
    """This person is authorized for this role already."""

    code = "authorization-stands"


class CertificateRequestRefused(Invalid):
    """The certificate request is malformed, not signed by its key, or not for a P-256 key."""

    code = "certificate-request-refused"


class CertificateRevoked(Conflict):
    """The certificate has been revoked already."""

    code = "certificate-revoked"


class KeyAlreadyCertified(Conflict):
    """This public key has a certificate: make a new key."""

    code = "key-already-certified"


class LastAdministrator(Conflict):
    """Without this person nobody could manage the organization: name another one first."""

    code = "last-administrator"


class LoginTaken(Conflict):
    """Somebody uses this login: choose another one."""

    code = "login-taken"


class NotAdministrator(Forbidden):
    """Only an administrator of the organization may do this."""

    code = "not-administrator"


class PasskeyRefused(Invalid):
    """The passkey's answer does not fit the challenge, or the challenge has expired."""

    code = "passkey-refused"


class PasswordGuessable(Invalid):
    """The password is too easily guessed: a longer one, of words that do not belong together."""

    code = "password-guessable"


class PasswordWrong(Invalid):
    """The present password is not right."""

    code = "password-wrong"


class PersonLeft(Conflict):
    """This person has left the organization."""

    code = "person-left"


class RoleHeld(Conflict):
    """The organization may act in this role already."""

    code = "role-held"


class RoleNotHeld(Forbidden):
    """The organization or the person may not act in this role."""

    code = "role-not-held"


class UsccInvalid(Invalid):
    """This is not a unified social credit code (GB 32100-2015)."""

    code = "uscc-invalid"
