"""Builds the service from its settings: the only place where everything meets."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import URL, Engine, make_url

from app.activity import export_functions as exports
from app.activity import functions as activity
from app.activity import privacy_functions as privacy
from app.activity.eraser import Eraser
from app.activity.executions_store import ExecutionStore
from app.activity.privacy_store import PrivacyStore
from app.activity.progress import Thresholds
from app.activity.pseudonym_store import PseudonymKeys
from app.activity.rebuilding import Rebuilder
from app.activity.retention_store import RetentionStore
from app.activity.store import ActivityStore as ActivityReader
from app.audit.forgetting import PersonLog
from app.audit.persons import Persons
from app.audit.store import AuditStore
from app.audit.trail import Trail
from app.auth.activity_tokens import make_token
from app.auth.authenticator import TokenAuthenticator
from app.auth.caller import Caller
from app.auth.encryption import Cipher
from app.auth.keys import ACTIVITY_TOKENS, AUDIT_PERSONS, PAGE_COOKIES, derive_keys
from app.auth.login_codes import LoginCodes
from app.auth.store import TokenStore
from app.containers import changes as container_changes
from app.containers import functions as containers
from app.containers.archive import archive_download
from app.containers.hosts import Hosts
from app.containers.naming import user_of
from app.containers.store import HostStore
from app.courses import functions as courses
from app.courses.store import CourseStore, nobody
from app.custom_params import functions as custom_params
from app.custom_params.policy import Limits, Policy
from app.custom_params.store import ActivityStore
from app.custom_params.writing import Site, Writer, writing_functions
from app.downloads import Downloads, Places
from app.errors import ServiceUnavailable
from app.ltis import functions as ltis
from app.ltis.store import LtiStore
from app.monitoring import functions as monitoring_functions
from app.monitoring import routes as monitoring
from app.monitoring.health import count_waiting
from app.monitoring.logs import configure_logging
from app.monitoring.metrics import PrometheusObserver, count_records
from app.moodle.courses import MoodleActivities
from app.moodle.last_access import LastAccess
from app.moodle.layout import moodle_layout
from app.moodle.probe import MoodleProbe
from app.moodle.rosters import MoodleRosters
from app.moodle.schema import MoodleTables, moodle_tables
from app.moodle.tokens import MoodleTokens
from app.moodle.widths import MoodleWidths
from app.nblogs import functions as nblogs
from app.nblogs.recorder import FixedWidths, Recorder
from app.nblogs.rejects import RejectStore
from app.nblogs.store import WIDTHS, RecordStore
from app.protocols import downloads as download_routes
from app.protocols import json_api, moodle_rest, openapi, xmlrpc
from app.protocols.exchange import Exchange
from app.protocols.php_paths import REST, accept_any_prefix
from app.registry import ExternalFunction, Registry
from app.settings import CoursePolicy, Settings, load_settings
from app.site import functions as site
from app.storage.activities import ReadActivities, registered
from app.storage.course_rules import CourseRules
from app.storage.database import Database, make_engine
from app.storage.layout import OWN
from app.storage.tunnel import Gateway, Tunnel
from app.web import routes as web
from app.web.calls import Asker
from app.web.cookie import CookieSeal

MYSQL_PORT = 3306

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a service, for the web application and the command line alike."""

    settings: Settings
    database: Database
    tokens: TokenStore
    login_codes: LoginCodes
    ltis: LtiStore
    rejects: RejectStore
    recorder: Recorder
    registry: Registry
    params_writer: Writer
    downloads: Downloads
    exporter: exports.Exporter
    rules: CourseRules
    retention: RetentionStore
    rebuilder: Rebuilder
    privacy: PrivacyStore
    eraser: Eraser
    pseudonym_keys: PseudonymKeys
    activity_keys: tuple[bytes, ...]
    audit: AuditStore
    persons: Persons
    cipher: Cipher
    hosts: Hosts
    host_store: HostStore
    moodle_probe: MoodleProbe | None


def build_service(settings: Settings) -> Service:
    """Put the parts together. Nothing is connected before it is used."""
    moodle = _moodle_tables(settings)
    database = Database(own_engine(settings), moodle_layout(moodle) if moodle else OWN)
    activities: ReadActivities = MoodleActivities(moodle) if moodle else registered
    tokens = TokenStore(database)
    activity_keys = derive_keys(settings.master_keys, ACTIVITY_TOKENS)

    def scope_of(name: str) -> str | None:
        function = registry.find(name)
        return function.scope if function else None

    moodle_tokens = MoodleTokens(moodle, scope_of, LastAccess(database, moodle)) if moodle else None
    authenticator = TokenAuthenticator(tokens, activity_keys, moodle_tokens)
    observer = PrometheusObserver()
    rejects = RejectStore(database, authenticator.recheck, settings.reject_max_count, settings.reject_max_bytes)
    store = RecordStore(database, authenticator.recheck, settings.commit_records, observer.committed)
    widths = MoodleWidths(database, WIDTHS) if moodle else FixedWidths(WIDTHS)
    recorder = Recorder(store, rejects, observer, widths)
    lti_store = LtiStore(database, activities)
    audit = AuditStore(database, settings.audit_days)
    cipher = Cipher(settings.master_keys)
    host_store = HostStore(database, cipher)
    hosts = Hosts(host_store, host_store.unseal)
    moodle_host = urlsplit(settings.moodle_url).hostname or ""

    def make_activity_token(inst_id: int, lti_id: int) -> str:
        return make_token(activity_keys[0], inst_id, lti_id, tokens.counter(inst_id, lti_id))

    site_params = Site(
        settings.moodle_url,
        settings.public_url,
        None if settings.proxy_has_own_token else make_activity_token,
        _policy(settings),
        settings.zone,
    )
    params_writer = Writer(site_params, ActivityStore(database, activities))

    pseudonym_keys = PseudonymKeys(database, cipher)
    export_site = exports.ExportSite(
        settings.moodle_url, settings.public_url, pseudonym_keys.key_of, settings.zone
    )
    exporter = exports.Exporter(ExecutionStore(database), export_site)
    privacy_store = PrivacyStore(database)
    persons = Persons(derive_keys(settings.master_keys, AUDIT_PERSONS))
    person_log = PersonLog(database, persons, partial(user_of, moodle_host))
    eraser = Eraser(privacy_store, Trail(audit), person_log)

    def granted(caller: Caller) -> list[ExternalFunction]:
        return registry.granted(caller)

    registry = Registry(
        (
            *nblogs.functions(recorder, settings.max_records),
            *ltis.functions(lti_store),
            *courses.functions(CourseStore(database, activities, MoodleRosters(moodle) if moodle else nobody)),
            *monitoring_functions.functions(count_records, lambda: count_waiting(database)),
            *custom_params.reading_functions(settings.zone),
            *writing_functions(params_writer),
            *exports.functions(exporter),
            *privacy.functions(privacy_store, exporter, eraser),
            *containers.reading_functions(hosts, moodle_host, host_store.unseal, Trail(audit)),
            *container_changes.writing_functions(hosts, moodle_host, Trail(audit)),
            *activity.functions(
                ActivityReader(database), settings.zone, Thresholds(settings.stuck_errors, settings.stuck_silence)
            ),
            *site.functions(
                granted, lambda: database.kind, settings.moodle_url, moodle_tables=not database.layout.own
            ),
        ),
        authenticator,
    )
    quarter = max(1, settings.threads // 4)
    archive = archive_download(hosts, moodle_host, Trail(audit), Places(quarter, "archives"))
    return Service(
        settings=settings,
        database=database,
        tokens=tokens,
        login_codes=LoginCodes(database),
        ltis=lti_store,
        rejects=rejects,
        recorder=recorder,
        registry=registry,
        exporter=exporter,
        rules=CourseRules(database),
        retention=RetentionStore(database),
        rebuilder=Rebuilder(database, database.layout),
        privacy=privacy_store,
        eraser=eraser,
        pseudonym_keys=pseudonym_keys,
        params_writer=params_writer,
        downloads=Downloads((*exports.downloads(exporter, Places(quarter, "exports")), archive), authenticator),
        activity_keys=activity_keys,
        audit=audit,
        persons=persons,
        cipher=cipher,
        hosts=hosts,
        host_store=host_store,
        moodle_probe=MoodleProbe(moodle, settings.moodle_prefix) if moodle else None,
    )


def _moodle_tables(settings: Settings) -> MoodleTables | None:
    """Return Moodle's tables, where the service works on them."""
    prefix = settings.moodle_prefix
    return moodle_tables(prefix, settings.moodle_database or None) if prefix else None


def own_engine(settings: Settings) -> Engine:
    """Return the engine of the service's own database, through SSH where the settings say so."""
    url = settings.database_url.get_secret_value()
    tunnel = _tunnel(settings, make_url(url)) if settings.database_ssh_host else None
    return make_engine(url, timeout=settings.database_timeout, pool_size=settings.threads, tunnel=tunnel)


def _tunnel(settings: Settings, url: URL) -> Tunnel:
    return Tunnel(
        Gateway(
            host=settings.database_ssh_host,
            port=settings.database_ssh_port,
            user=settings.database_ssh_user,
            fingerprint=settings.database_ssh_fingerprint,
            database=(url.host or "127.0.0.1", url.port or MYSQL_PORT),
            key_file=settings.database_ssh_key_file,
            password=settings.database_ssh_password.get_secret_value(),
        )
    )


def _policy(settings: Settings) -> Policy:
    def limits(policy: CoursePolicy) -> Limits:
        images = None if policy.images is None else tuple(policy.images)
        amounts = (policy.highest_cpu, policy.highest_memory, policy.highest_activity_time)
        return Limits(images, *(None if amount is None else Decimal(amount) for amount in amounts))

    courses = {course_id: limits(policy) for course_id, policy in settings.policy.course.items()}
    return Policy(limits(settings.policy), courses)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the WSGI application.

    :param settings: those of the environment where none are given.
    """
    settings = settings or load_settings()
    configure_logging(settings.log_level)
    service = build_service(settings)
    app = Flask("app", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.extensions["lticontainer"] = service
    exchange = Exchange(service.registry, tuple(settings.trusted_proxies))
    xmlrpc.connect(app, exchange)
    json_api.connect(app, exchange)
    download_routes.connect(app, service.downloads, exchange)
    openapi.connect(app, service.registry, service.downloads)
    probe = service.moodle_probe
    monitoring.connect(app, service.database, exchange.address, tuple(settings.metrics_networks), probe)
    if probe:
        _tell_of_moodle(service.database, probe)
    _connect_page(app, service, exchange)
    app.url_map.merge_slashes = False
    mounts = {REST: moodle_rest.make_wsgi(exchange, settings.max_body_bytes)}
    app.wsgi_app = accept_any_prefix(app.wsgi_app, mounts)  # type: ignore[assignment,method-assign]  # Flask's own way
    return app


def _tell_of_moodle(database: Database, probe: MoodleProbe) -> None:
    """Log what is wrong with Moodle's tables. The service starts all the same: an upgrade may be under way."""
    with suppress(ServiceUnavailable), database.reading() as connection:
        for sentence in probe(connection):
            log.error("moodle_prefix: %s", sentence)


def _connect_page(app: Flask, service: Service, exchange: Exchange) -> None:
    settings = service.settings
    keys = derive_keys(settings.master_keys, PAGE_COOKIES)
    web.connect(
        app,
        Asker(service.registry, lambda error: json_api.problem(error).get_data()),
        CookieSeal(keys, timedelta(hours=settings.page_hours)),
        service.login_codes.redeem,
        exchange.address,
        json_api.problem,
    )
