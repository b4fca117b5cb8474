"""Celery rings the bell; the database is the queue.

The schedule below is the only list of what runs by itself. A tick only claims rows that are owed,
so that two schedulers, a late one or a dead one change nothing but the moment.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("hodisa")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_soft_time_limit=840,  # seconds; a final dot may take ten minutes (RFC 5321, 4.5.3.2.6)
    task_time_limit=870,
    task_default_queue="general",
    task_routes={"outbox.tasks.deliver_authority_messages": {"queue": "authority"}},
    broker_transport_options={
        "visibility_timeout": 900,
        "socket_timeout": 5,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
    },
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=5,
    task_publish_retry=False,  # a page never waits for the broker: the row is already saved
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_soft_shutdown_timeout=5,
    worker_enable_soft_shutdown_on_idle=False,
    worker_send_task_events=False,
    enable_utc=True,
    timezone="UTC",
    beat_schedule={
        "sweep the outbox": {
            "task": "outbox.tasks.deliver_messages",
            "schedule": 10,
            "options": {"expires": 10},
        },
        "sweep the letters to authorities": {
            "task": "outbox.tasks.deliver_authority_messages",
            "schedule": 10,
            "options": {"expires": 10},
        },
        "raise what is due": {
            "task": "notifications.tasks.raise_what_is_due",
            "schedule": 30,
            "options": {"expires": 30},
        },
        "throw away what expired": {
            "task": "dashboard.tasks.clean_up",
            "schedule": 3600,
            "options": {"expires": 3600},
        },
    },
)
app.autodiscover_tasks()
