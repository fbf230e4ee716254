"""Notes beside numbers that people type."""

from django import template

from desk import clocks, number_words
from orders.tax_ids import is_tax_id

register = template.Library()

register.filter("calendar_day", clocks.format_date)
register.filter("number_note", number_words.number_note)
register.filter("number_origin", number_words.number_origin)
register.filter("tax_id_note", number_words.tax_id_note)
register.filter("is_tax_id", is_tax_id)
