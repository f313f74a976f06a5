"""Addresses of the shell."""

from django.urls import path

from tongban.web import components_page, views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("company/", views.company, name="company"),
    path("search/", views.search, name="search"),
    path("themes/", views.themes, name="themes"),
    path("themes/<slug:code>/", views.theme, name="theme"),
    path("desk/", views.desk, name="desk"),
    path("code-reader.js", views.reader, name="code_reader"),
    path("help/", views.help_page, name="help"),
    path("about/", views.about, name="about"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("type-size/", views.type_size, name="type_size"),
    path("components/", components_page.components, name="components"),
]
