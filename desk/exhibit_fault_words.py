"""Why a file cannot be an exhibit, or a press did nothing, in the reader's words: `{name}` is what it fills in."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EXHIBIT_FAULTS: dict[str, str | Promise] = {
    "more than {most} MB: choose a smaller file": _("It has more than %(most)s MB: choose a smaller file."),
    "the file is empty: choose a {types} file": _("The file is empty: choose a %(types)s file."),
    "by its content it is a ZIP archive: choose a {types} file": _(
        "By its content it is a ZIP archive: choose a %(types)s file."
    ),
    "by its content it is a GIF: choose a {types} file": _("By its content it is a GIF: choose a %(types)s file."),
    "by its content it is a web page: choose a {types} file": _(
        "By its content it is a web page: choose a %(types)s file."
    ),
    "by its content it is a text file: choose a {types} file": _(
        "By its content it is a text file: choose a %(types)s file."
    ),
    "by its content it is a text, which only the record of a chat may be: choose a {types} file": _(
        "By its content it is a text, which only the record of a chat may be: choose a %(types)s file."
    ),
    "by its content it is another type of file: choose a {types} file": _(
        "By its content it is another type of file: choose a %(types)s file."
    ),
    "more than {most} kB of text: choose a part of it": _("It has more than %(most)s kB of text: choose a part of it."),
    "not a text in UTF-8, UTF-16 or GB18030: save it as UTF-8": _(
        "It is no text in UTF-8, UTF-16 or GB18030: save it as UTF-8."
    ),
    "more than {most} messages": _("It has more than %(most)s messages: choose a part of it."),
    "a table that cannot be read: {why}": _("It is a table that cannot be read: save it anew as UTF-8."),
}

DEED_FAULTS: dict[str, str | Promise] = {
    "the bundle is not ready: wait until it is made, or make it again": _(
        "The bundle is not ready: wait until it is made, or make it again."
    ),
    "the appeal is not ready: wait until it is made, or make it again": _(
        "The appeal is not ready: wait until it is made, or make it again."
    ),
    "[{rule}] working_days needs a value 'calendar': which days count": _(
        "%(rule)s counts working days: choose which days count."
    ),
    "[{rule}] needs a value {key}": _("%(rule)s lacks a value: %(key)s."),
    "the signing key {name} cannot be read ({why}): check BUNDLE_SIGNING_KEY": _(
        "The signing key %(name)s cannot be read (%(why)s): check BUNDLE_SIGNING_KEY."
    ),
    "the signing key {name} cannot be opened: check BUNDLE_SIGNING_PASSPHRASE, and that it is a PKCS#12 file": _(
        "The signing key %(name)s cannot be opened: check BUNDLE_SIGNING_PASSPHRASE, and that it is a PKCS#12 file."
    ),
    "signed without a time stamp: {url} gave none ({why})": _(
        "Signed without a time stamp: %(url)s gave none (%(why)s)."
    ),
    "it could not be signed: {why}": _("It could not be signed: %(why)s"),
    "{name} is on its way already": _("%(name)s is on its way already."),
    "'{zone}' is no time zone: choose one such as America/Sao_Paulo": _(
        "%(zone)s is no time zone: choose one such as America/Sao_Paulo."
    ),
    "another rehearsal of this store is under way: wait for it, or call it off": _(
        "Another rehearsal of this store is under way: wait for it, or call it off."
    ),
    "choose a file that is not empty and at most {most} MB": _(
        "Choose a file that is not empty and has at most %(most)s MB."
    ),
    "the exhibits have changed meanwhile: look at them, and move it again": _(
        "The exhibits have changed meanwhile: look at them, and move it again."
    ),
    "the workers broke down over it: try a smaller file": _("The workers broke down over it: try a smaller file."),
    "{rows} rows are too many: rehearse at most {most} at a time": _(
        "%(rows)s rows are too many: rehearse at most %(most)s at a time."
    ),
    "it took too long, and was ended after {done} orders: rehearse fewer": _(
        "It took too long and was ended after %(done)s orders: rehearse fewer."
    ),
}
