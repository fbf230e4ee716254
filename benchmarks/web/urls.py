"""The program's addresses, and Django's admin over the same table, as one writes it first: under stock/ and bare/."""

from django.contrib import admin
from django.urls import include, path

from orders.models import Order


class BareOrders(admin.ModelAdmin[Order]):
    """What the list of orders shows, and what it is searched by, in the words of Django's tutorial."""

    list_display = ("order_number", "placed_at", "store", "buyer", "state", "total", "currency", "tracking_status")
    list_filter = ("state", "store")
    list_per_page = 50
    list_select_related = ("store", "buyer")
    ordering = ("-placed_at",)
    search_fields = (
        "order_number",
        "shipments__tracking_number",
        "buyer__name",
        "buyer__email",
        "buyer__phone",
        "items__title",
    )


class StockOrders(BareOrders):
    """The same list with the stock way to the orders of any day, as ours has "placed from … until"."""

    date_hierarchy = "placed_at"


stock, bare = admin.AdminSite(name="stock"), admin.AdminSite(name="bare")
stock.register(Order, StockOrders)
bare.register(Order, BareOrders)

urlpatterns = [path("stock/", stock.urls), path("bare/", bare.urls), path("", include("config.urls"))]
