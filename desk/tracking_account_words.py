"""What tracking services and their troubles are called on a page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.providers.interface import ErrorKind, ProviderName

NAMES: dict[str, str] = {ProviderName.SEVENTEEN_TRACK: "17TRACK", ProviderName.KUAIDI100: "Kuaidi100 快递100"}
ABOUT: dict[str, str | Promise] = {
    ProviderName.SEVENTEEN_TRACK: _(
        "Follows nearly every carrier in the world, finds the carrier by the number, and tells us by itself when there "
        "is news. Each new parcel costs one of your quota; asking again is free."
    ),
    ProviderName.KUAIDI100: _(
        "Knows Chinese carriers best, and serves as a second source. Every question costs one of your quota, and the "
        "carrier must be known."
    ),
}
ERRORS: dict[str, str | Promise] = {
    ErrorKind.WRONG_KEY: _("The service refuses the key. Enter the right one; until then nothing is asked there."),
    ErrorKind.QUOTA_USED_UP: _("The quota is used up. Buy more at the service, then test the connection."),
    ErrorKind.RATE_LIMITED: _("The service asks us to slow down. We wait, and go on by ourselves."),
    ErrorKind.UNREACHABLE: _("The service does not answer. We try again by ourselves, less often each time."),
    ErrorKind.UNREADABLE: _("The service answers something that we cannot read. We try again by ourselves."),
}
