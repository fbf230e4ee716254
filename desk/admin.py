"""The back office's frame: its name, and a log-in that goes the same way as everybody's."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

admin.site.site_header = _("Prazo · back office")
admin.site.site_title = "Prazo"
admin.site.index_title = _("Back office")
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
