"""Why nothing is told to an address that a person typed, and what he does about it, in the reader's words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.outward import Refusal

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
