"""Why an address that a person typed was told nothing, and what he does about it, in the reader's words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.outward import Refusal, Silence

REFUSALS: dict[Refusal, str | Promise] = {
    Refusal.NO_ADDRESS: _("This is no web address. Write it in full, such as https://example.com/path."),
    Refusal.NO_SCHEME: _("The address has to begin with https://."),
    Refusal.SPACES: _("Take the spaces and backslashes out of the address."),
    Refusal.USER_NAME: _("Write the address without a user name and a password."),
    Refusal.IN_CLEAR: _("The address has to begin with https://: what goes to http:// can be read on the way."),
    Refusal.PRIVATE: _("This address lies in a private network. Whoever runs Prazo has to name it in PRIVATE_HOSTS."),
    Refusal.PRIVATE_NAME: _(
        "The name of this address leads into a private network. Whoever runs Prazo has to name it in PRIVATE_HOSTS."
    ),
}

SILENCES: dict[Silence, str | Promise] = {
    Silence.NOWHERE: _("No answer: the name in the address leads nowhere. Look whether it is spelled right."),
    Silence.TOO_SLOW: _("No answer in time."),
    Silence.TOO_LONG: _("Its answer is too long."),
    Silence.NOBODY: _("No answer: nobody listens at this address. Look whether the program runs."),
    Silence.NO_PROOF: _("No answer: its certificate does not prove that it is the one it says. Renew the certificate."),
}


def untold_words(error: str) -> str:
    """Why it was told nothing: what we found in words, what it answered as it came."""
    if error in set(Refusal):
        return str(REFUSALS[Refusal(error)])
    return str(SILENCES[Silence(error)]) if error in set(Silence) else error
