"""Why a file cannot be used at all, in the reader's words: `{name}` is what the import's sentence fills in."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FILE_FAULTS: dict[str, str | Promise] = {
    "not a text file (a NUL byte at byte {byte}, line {line}); save the orders as CSV UTF-8 or XLSX": _(
        "This is no text file (line %(line)s holds what no text has). Save it as CSV UTF-8 or XLSX."
    ),
    "the file is empty; export the orders as CSV (UTF-8) or XLSX": _(
        "The file is empty. Export it again as CSV (UTF-8) or XLSX."
    ),
    "there is no row in it": _("There is no row in it."),
    "{size} bytes: choose a file that is not empty and at most {most} MB": _(
        "%(size)s bytes: choose a file that is not empty and has at most %(most)s MB."
    ),
    "the disk is full: have room made on it, then choose the file again": _(
        "The disk is full: have room made on it, then choose the file again."
    ),
    "the file has {size} bytes, {most} are allowed; split it into parts": _(
        "The file has %(size)s bytes, and %(most)s are allowed: split it into parts."
    ),
    "cannot be opened ({why}); check the path": _("It cannot be opened (%(why)s): upload it again."),
    "the file is a web page or XML, whatever its name says; "
    "open it in a spreadsheet program and save it as XLSX or CSV UTF-8": _(
        "The file is a web page or XML, whatever its name says: open it in a spreadsheet program, and save it as XLSX "
        "or CSV UTF-8."
    ),
    "the file is {kind}; export the orders as CSV (UTF-8) or XLSX": _(
        "The file is no table (%(kind)s). Export it again as CSV (UTF-8) or XLSX."
    ),
    "the header names {names} more than once; rename or delete one of the columns": _(
        "The header names %(names)s more than once: rename or delete one of the columns."
    ),
    'row {row} cannot be read ({why}); look there for a quotation mark (") that is never closed': _(
        'Row %(row)s cannot be read: look there for a quotation mark (") that is never closed.'
    ),
    "the file says it is {encoding}, but is not at byte {byte}, line {line}; save it again as CSV UTF-8": _(
        "The file says that it is %(encoding)s, but line %(line)s is not. Save it again as CSV UTF-8."
    ),
    "mixed encodings, UTF-8 but not at byte {byte}, line {line}; correct or delete that text": _(
        "The file is UTF-8, but line %(line)s is not: correct or delete that text."
    ),
    "neither UTF-8 nor GB18030 (byte {byte}, line {line}), it looks like Windows-1252; save it as CSV UTF-8": _(
        "The file is neither UTF-8 nor GB18030 (line %(line)s); it looks like Windows-1252. Save it as CSV UTF-8."
    ),
    "not UTF-8 at byte {byte}, line {line} and not GB18030 at byte {other_byte}, line {other_line}; "
    "save it again as CSV UTF-8": _(
        "The file is not UTF-8 (line %(line)s) and not GB18030 (line %(other_line)s). Save it again as CSV UTF-8."
    ),
    "the workbook is damaged or cut off ({why}); export or upload it again": _(
        "The workbook is damaged or cut off: export or upload it again."
    ),
    "a binary workbook (XLSB); save it as XLSX or CSV UTF-8": _(
        "This is a binary workbook (XLSB): save it as XLSX or CSV UTF-8."
    ),
    "a ZIP archive, not a workbook; upload the XLSX or CSV file itself": _(
        "This is a ZIP archive, and no workbook: upload the XLSX or CSV file itself."
    ),
    "the workbook is protected with a password; save it without one": _(
        "The workbook is protected with a password: save it without one."
    ),
    "not an ordinary workbook ({parts} parts); save it as CSV UTF-8": _(
        "This is no ordinary workbook (%(parts)s parts): save it as CSV UTF-8."
    ),
    "the workbook unpacks to {unpacked} MB from {packed} kB, which is refused; save the orders as CSV UTF-8": _(
        "The workbook unpacks to %(unpacked)s MB from %(packed)s kB, which is refused: save it as CSV UTF-8."
    ),
    "the workbook takes too long to read; save it as CSV UTF-8": _(
        "The workbook takes too long to read: save it as CSV UTF-8."
    ),
    "the workbook cannot be read: {why}": _("The workbook cannot be read: %(why)s"),
    "the workbook needs too much memory or time (cells far away from the others?); "
    "copy the orders into a new sheet, or save them as CSV UTF-8": _(
        "The workbook needs too much memory or time (cells far away from the others?): copy its rows into a new sheet, "
        "or save them as CSV UTF-8."
    ),
    "no column says how a buyer is reached: add one of {names}": _(
        "No column says how a buyer is reached: add one of %(names)s."
    ),
    "no column for {names}; the columns are {found}; {hint}": _(
        "There is no column for %(names)s; the columns are %(found)s. Assign the columns before the import."
    ),
    "{attempts} workers broke down over it. The rows before it are in; start the import again, and they count as "
    "unchanged.": _(
        "%(attempts)s workers broke down over it. The rows before it are in: start the import again, and they count as "
        "unchanged."
    ),
    "broke off with {why}. The rows before it are in; start the import again, and they count as unchanged.": _(
        "It broke off: %(why)s. The rows before it are in: start the import again, and they count as unchanged."
    ),
}
