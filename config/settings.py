"""All settings, from the environment; without any, the embedded defaults of a laptop.

DATABASE_URL, REDIS_URL, EMAIL_URL, MEDIA_ROOT and SECRET_KEY are the contract's. SITE_URL is where people reach
the pages: an https:// address switches the production protections on.
"""

import os
from pathlib import Path

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.environment import (
    LOG_FORMATTERS,
    LOG_LEVELS,
    Environment,
    celery_broker,
    data_folder,
    database_settings,
    email_settings,
    service_url,
    site_address,
    stored_secret,
)

django_stubs_ext.monkeypatch()  # lets annotations such as ModelForm[User] stand at run time

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

# Where everything that is not code lies: database, uploads, the embedded Valkey, the demo's mailbox.
DATA_DIR = data_folder(Path(env.text("PRAZO_DATA", default=str(BASE_DIR / "var"))))
SITE_URL = env.text("SITE_URL", default="http://localhost:8000").rstrip("/")
_site = site_address(SITE_URL)
SECURE = _site.scheme == "https"
DEBUG = env.switch("DEBUG")
DEMO = env.switch("PRAZO_DEMO")  # set by `manage.py demo`: shows its mailbox and its log-in
if DEMO and SECURE:
    raise ImproperlyConfigured("PRAZO_DEMO is set with an https:// SITE_URL: the demo shows its password to everybody")

SECRET_KEY = env.text("SECRET_KEY")
if SECURE and not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is empty: with an https:// SITE_URL, set it to 50 or more random characters")
SECRET_KEY = SECRET_KEY or stored_secret(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = env.texts("SECRET_KEY_FALLBACKS")

ALLOWED_HOSTS = env.texts("ALLOWED_HOSTS", default=[str(_site.hostname), "localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "desk.views.account.refuse_old_page"

INSTALLED_APPS = [
    "desk",
    "evidence",
    "disputes",
    "messaging",
    "orders",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_fsm",
    "django_htmx",
    "csp",
    "desk.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.logs.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "desk.api.middleware.ApiProblemsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "desk.middleware.NoNulMiddleware",
    "desk.middleware.ReaderMiddleware",
    "desk.middleware.LogInAgainMiddleware",
    "desk.middleware.SessionListMiddleware",
    "desk.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "desk.context.desk",
            ],
            "builtins": ["desk.templatetags.addresses"],
            "libraries": {"i18n": "desk.templatetags.translations"},
        },
    },
]

FORM_RENDERER = "desk.form_rendering.QuickWidgets"
SILENCED_SYSTEM_CHECKS = ["templates.W003"]  # two libraries `i18n`: ours stands in for Django's on purpose

# --- data -----------------------------------------------------------------------------------------------------------
DATABASES = {"default": database_settings(env.text("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'prazo.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", default=str(DATA_DIR / "media")))
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of a folder that is not there
WHITENOISE_USE_FINDERS = True  # one process fewer to remember on a laptop: no collectstatic needed
STORAGES = {
    "default": {"BACKEND": "orders.storage.WholeFiles"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes; larger uploads stream to disk
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000  # bytes, without files
REHEARSAL_MAX_ORDERS = env.number("REHEARSAL_MAX_ORDERS", default=5000)  # rows of a file, or orders of the store
API_RATE_PER_MINUTE = env.number("API_RATE_PER_MINUTE", default=600)  # requests of one API token
IMPORT_MAX_BYTES = env.number("IMPORT_MAX_BYTES", default=100_000_000)  # bytes, of an order file

# --- evidence bundles -------------------------------------------------------------------------------------------------
BUNDLE_SIGNING_KEY = env.text("BUNDLE_SIGNING_KEY")  # a PKCS#12 file; without one bundles stay unsigned
BUNDLE_SIGNING_PASSPHRASE = env.text("BUNDLE_SIGNING_PASSPHRASE")
BUNDLE_TIMESTAMP_URL = env.text("BUNDLE_TIMESTAMP_URL")  # of an RFC 3161 server

# --- Celery: wake-ups only --------------------------------------------------------------------------------------------
REDIS_URL = env.text("REDIS_URL", default=f"unix://{DATA_DIR / 'valkey.sock'}")
CELERY_BROKER_URL = celery_broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,  # seconds; a drain's time budget stays below it
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
}
CELERY_TASK_PUBLISH_RETRY = False  # a page never waits for Redis: the next sweep wakes the workers anyway
CELERY_TIMEZONE = "UTC"
CLAIM_LEASE_SECONDS = env.number("CLAIM_LEASE_SECONDS", default=300)  # how long a worker owns the rows that it claimed
SWEEP_SECONDS = env.number("SWEEP_SECONDS", default=5.0, least=0.1)
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")  # disposable
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "disputes.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": 10},  # after an outage, no pile of old wake-ups
    },
    "sweep_bundles": {
        "task": "evidence.tasks.sweep_bundles",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": 10},
    },
    "tell_team": {"task": "desk.tasks.tell_team", "schedule": 15.0, "options": {"expires": 12}},
    "tidy_team_notices": {
        "task": "desk.tasks.tidy_team_notices",
        "schedule": 86_400.0,
        "options": {"expires": 3600},
    },
    "tidy_bundles": {"task": "evidence.tasks.tidy_bundles", "schedule": 3600.0, "options": {"expires": 600}},
    "tidy_exhibits": {"task": "evidence.tasks.tidy_exhibits", "schedule": 86_400.0, "options": {"expires": 3600}},
    "erase_buyers": {"task": "evidence.tasks.erase_buyers", "schedule": 3600.0, "options": {"expires": 600}},
    "subscribe": {"task": "disputes.tasks.subscribe", "schedule": 60.0, "options": {"expires": 50}},
    "learn_arrivals": {
        "task": "orders.tasks.learn_arrivals_of_all",
        "schedule": crontab(hour="3", minute="20"),  # UTC: morning in China, night in Brazil
        "options": {"expires": 3600},
    },
    "bound_webhooks": {"task": "orders.tasks.bound_webhooks", "schedule": 60.0, "options": {"expires": 50}},
    "tidy_api": {"task": "orders.tasks.tidy_api", "schedule": 3600.0, "options": {"expires": 600}},
    "tidy_accounts": {"task": "orders.tasks.tidy_accounts", "schedule": 86_400.0, "options": {"expires": 3600}},
    "reconcile": {"task": "disputes.tasks.reconcile", "schedule": 3600.0, "options": {"expires": 600}},
}

# --- mail -------------------------------------------------------------------------------------------------------------
EMAIL_URL = env.text("EMAIL_URL", default="smtp://127.0.0.1:1025")
EMAIL_IS_SET = bool(env.text("EMAIL_URL"))
_email = email_settings(EMAIL_URL)
EMAIL_HOST: str = _email["EMAIL_HOST"]
EMAIL_PORT: int = _email["EMAIL_PORT"]
EMAIL_HOST_USER: str = _email["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD: str = _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_SSL: bool = _email["EMAIL_USE_SSL"]
EMAIL_USE_TLS: bool = _email["EMAIL_USE_TLS"]
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT", default=20)  # seconds, for each answer of the mail server
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="Prazo <prazo@localhost>")
MESSAGE_ID_DOMAIN = env.text("MESSAGE_ID_DOMAIN", default=str(_site.hostname))
MAILBOX_POLL_SECONDS = env.number("MAILBOX_POLL_SECONDS", default=120)  # between two looks into a store's mailbox
MAILBOX_MAIL_BYTES = env.number("MAILBOX_MAIL_BYTES", default=25_000_000)  # of a larger mail only the beginning is read

# --- tracking services ------------------------------------------------------------------------------------------------
# Where their servers are, when not where orders/providers/providers.toml says: a person never enters an address.
TRACKING_URLS = {
    "17track": service_url("SEVENTEEN_TRACK_URL", env.text("SEVENTEEN_TRACK_URL")),
    "kuaidi100": service_url("KUAIDI_URL", env.text("KUAIDI_URL")),
}

# Where the AliExpress Open Platform is, when not where orders/platform/aliexpress.toml says.
ALIEXPRESS_URL = service_url("ALIEXPRESS_URL", env.text("ALIEXPRESS_URL"))

# --- addresses that people type ---------------------------------------------------------------------------------------
# Hosts in a private network that may be posted to all the same, such as a chat server of one's own.
PRIVATE_HOSTS = env.texts("PRIVATE_HOSTS")

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "orders.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
# scrypt makes guessing cost memory; a password kept by the next one moves over when its owner logs in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "first_name", "last_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:today"
ACCOUNT_ADAPTER = "desk.accounts.TeamAccounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Prazo: "
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a person is told when his password or his second factor changes
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody has mails sent to addresses that he makes up
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}  # five failures in five minutes lock an account's door
MFA_ADAPTER = "desk.accounts.LockedSecrets"
MFA_FORMS = {"authenticate": "desk.accounts.CodeForm", "reauthenticate": "desk.accounts.CodeAgainForm"}
MFA_TOTP_ISSUER = "Prazo"
MFA_TOTP_TOLERANCE = 1  # periods of 30 seconds by which a phone's clock may be wrong
OWNERS_NEED_SECOND_FACTOR = env.switch("OWNERS_NEED_SECOND_FACTOR")
# What counts failed log-ins: in the database, so that all web processes count together, and Redis may be away.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("zh-hans", "简体中文"), ("pt-br", "Português"), ("en", "English")]
LANGUAGE_COOKIE_SECURE = SECURE
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- protections ------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from inside, past the proxy
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
BEHIND_PROXY = env.switch("BEHIND_PROXY")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of ours add to X-Forwarded-For: with none, whatever a caller writes there is ignored.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", default=int(BEHIND_PROXY), least=0)
X_FRAME_OPTIONS = "DENY"

METRICS_TOKEN = env.text("METRICS_TOKEN")  # without one, /metrics is not there
LOG_FORMAT = env.choice("LOG_FORMAT", LOG_FORMATTERS, default="plain")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": LOG_FORMATTERS[LOG_FORMAT]}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.choice("LOG_LEVEL", LOG_LEVELS, default="WARNING")},
}
