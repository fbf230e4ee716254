"""The addresses of the desk."""

from django.urls import path, re_path

from desk.views import (
    account,
    bundles,
    dispute_events,
    disputes,
    exhibits,
    files,
    health,
    mailbox,
    messages,
    order,
    orders,
    rules,
    texts,
    today,
)

app_name = "desk"
urlpatterns = [
    path("", today.show_today, name="today"),
    path("actions/<int:pk>/", today.finish_action, name="action"),
    path("orders/", orders.show_orders, name="orders"),
    path("orders/<int:pk>/", order.show_order, name="order"),
    path("orders/<int:pk>/record/", order.check_record, name="check"),
    path("orders/<int:pk>/command/<slug:kind>/", order.record_event, {"way": "command"}, name="command"),
    path("orders/<int:pk>/fact/<slug:kind>/", order.record_event, {"way": "fact"}, name="fact"),
    path("orders/<int:pk>/dispute/", dispute_events.open_dispute, name="open_dispute"),
    path("disputes/", disputes.show_disputes, name="disputes"),
    path("disputes/<int:pk>/", disputes.show_dispute, name="dispute"),
    path("disputes/<int:pk>/record/<slug:kind>/", dispute_events.record_dispute_event, name="dispute_event"),
    path("disputes/<int:pk>/note/", dispute_events.add_note, name="dispute_note"),
    path("disputes/<int:pk>/exhibits/", exhibits.add_exhibits, name="add_exhibits"),
    path("disputes/<int:pk>/exhibits/<int:exhibit_pk>/", exhibits.change_exhibit, name="change_exhibit"),
    path("disputes/<int:pk>/bundles/", bundles.ask_for_bundle, name="ask_for_bundle"),
    path("exhibits/<int:pk>/", exhibits.show_exhibit, name="exhibit"),
    path("exhibits/<int:pk>/thumbnail/", exhibits.show_thumbnail, name="thumbnail"),
    path("bundles/<int:pk>/", bundles.show_bundle, name="bundle"),
    path("bundles/<int:pk>/file/", bundles.download_bundle, name="bundle_file"),
    path("bundles/<int:pk>/submitted/", bundles.submit_bundle, name="submit_bundle"),
    path("messages/", messages.show_messages, name="messages"),
    path("messages/<int:pk>/proof/", messages.download_proof, name="proof"),
    path("messages/<int:pk>/sent/", messages.mark_sent, name="sent"),
    path("messages/<int:pk>/retry/", messages.try_again, name="retry"),
    path("import/", files.show_import, name="import"),
    path("import/<int:pk>/", files.show_file, name="file"),
    path("import/<int:pk>/start/", files.start_import, name="start"),
    path("import/<int:pk>/errors.csv", files.download_errors, name="errors"),
    path("texts/", texts.show_texts, name="texts"),
    path("texts/<slug:slug>/<slug:purpose>/<slug:language>/", texts.edit_text, name="text"),
    path("texts/<slug:slug>/<slug:purpose>/<slug:language>/reset/", texts.reset_text, name="reset"),
    path("rules/", rules.show_rules, name="rules"),
    path("preferences/", account.show_preferences, name="preferences"),
    re_path(
        r"^log-in/(?P<uidb36>[0-9a-z]{1,13})-(?P<token>[0-9a-z]+-[0-9a-f]+)/$", account.log_in_once, name="log_in_once"
    ),
    path("mailbox/", mailbox.show_mailbox, name="mailbox"),
    path("mailbox/<str:key>/", mailbox.show_mail, name="mail"),
    path("healthz", health.show_health, name="health"),
    path("readyz", health.show_readiness, name="readiness"),
]
