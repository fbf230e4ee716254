"""The forms of a store's people."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.roles import Role


class RoleForm(forms.Form):
    """What a member may do."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.AGENT)


class MemberForm(RoleForm):
    """A new member, by his address."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    field_order = ("email", "role")
