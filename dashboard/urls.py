from django.urls import path

from core.views import gallery
from dashboard.views import board, machines, mailbox

urlpatterns = [
    path("", board.home, name="home"),
    path("dashboard/", board.board, name="dashboard"),
    path("approvals/", board.approvals, name="approvals"),
    path("clocks/", board.clocks, name="clocks"),
    path("audit/", board.audit_log, name="audit_log"),
    path("settings/", board.settings, name="settings"),
    path("system/", board.system, name="system"),
    path("system/resume-mail/", board.resume_mail, name="resume_mail"),
    path("healthz/", machines.healthz, name="healthz"),
    path("readyz/", machines.readyz, name="readyz"),
    path("alarmz/", machines.alarmz, name="alarmz"),
    path("mailbox/", mailbox.index, name="mailbox"),
    path("mailbox/<str:name>/", mailbox.detail, name="mailbox_mail"),
    path("mailbox/<str:name>/body/", mailbox.body, name="mailbox_body"),
    path("mailbox/<str:name>/files/<number:number>/", mailbox.attachment, name="mailbox_file"),
    path("ui/", gallery, name="gallery"),
]
