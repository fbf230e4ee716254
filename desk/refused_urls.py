"""Pages that allauth brings along and this program does not have: they stand before allauth's own."""

from django.urls import path

from desk.views.account import refuse

urlpatterns = [
    path("email/", refuse),
    path("confirm-email/", refuse),
    path("confirm-email/<str:key>/", refuse),
]
