"""A form's fields are drawn with their labels, their help and what is wrong with them, and nothing of it is markup."""

from django import forms
from django.template import Context, Template
from django.utils.safestring import mark_safe
from django.utils.translation import override

HOSTILE = "<b>'&"


class Odd(forms.Form):
    name = forms.CharField(label=HOSTILE, help_text=HOSTILE, required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A")], widget=forms.RadioSelect, help_text=mark_safe("<i>"))
    sure = forms.BooleanField(label="Sure")
    seen = forms.CharField(widget=forms.HiddenInput)


def drawn(form: forms.Form | None, *, short: bool = False) -> str:
    parts = '{% include "desk/parts/fields.html" %}'
    return Template(parts).render(Context({"form": form, "short": short}))


def test_a_field_has_its_label_its_help_and_a_hidden_one_comes_first() -> None:
    html = drawn(Odd())
    assert html.startswith('<input type="hidden" name="seen" id="id_seen"><div class="field"><label for="id_name">')
    assert '&lt;b&gt;&#x27;&amp; <span class="muted">optional</span></label><input type="text"' in html
    assert '<p class="help" id="id_name_helptext">&lt;b&gt;&#x27;&amp;</p>' in html
    assert '<fieldset aria-describedby="id_kind_helptext"><legend>Kind</legend><div id="id_kind">' in html
    assert '<p class="help" id="id_kind_helptext"><i></p>' in html
    assert '<label class="check"><input type="checkbox" name="sure" required id="id_sure"> Sure</label>' in html


def test_what_is_wrong_stands_at_its_field_and_of_the_whole_above_all() -> None:
    form = Odd({"seen": "1", "sure": "on"})
    form.add_error(None, HOSTILE)
    html = drawn(form, short=True)
    assert html.startswith('<ul class="errorlist nonfield"><li>&lt;b&gt;&#x27;&amp;</li></ul>')
    assert html.count('<div class="field short">') == 2
    assert html.count('<div class="field short has-error">') == html.count("This field is required.") == 1


def test_a_field_is_drawn_in_the_readers_language_and_none_where_there_is_no_form() -> None:
    with override("pt-br"):
        assert '<span class="muted">opcional</span>' in drawn(Odd())
    assert drawn(None).strip() == ""
