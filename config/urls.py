"""Every address of the program."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

handler429 = "desk.views.account.refuse_too_many"  # allauth's, for its limits

urlpatterns = [
    # An account's address is its name: who made the account, or the back office, changes it.
    path("accounts/", include("desk.refused_urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("desk.api.urls")),
    path("language/", set_language, name="set_language"),
    path("", include("desk.urls")),
]
