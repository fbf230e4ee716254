"""The addresses of the desk."""

app_name = "desk"
urlpatterns: list[object] = []
