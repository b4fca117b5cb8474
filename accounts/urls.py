from django.urls import path

from accounts.views import joining, me, organisation, set_up, sign_in, users

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.code, name="code"),
    path("sign-in/recovery/", sign_in.recovery, name="recovery"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("language/", sign_in.language, name="language"),
    path("2fa/set-up/app/", set_up.app, name="set_up_app"),
    path("2fa/set-up/codes/", set_up.codes, name="set_up_codes"),
    path("2fa/replace/", set_up.replace, name="replace_authenticator"),
    path("invitation/<str:token>/", joining.join, name="join"),
    path("password/forgotten/", joining.forgotten, name="forgotten"),
    path("password/sent/", joining.sent, name="password_sent"),
    path("password/new/<uuid:public_id>/<str:token>/", joining.new_password, name="new_password"),
    path("me/", me.profile, name="profile"),
    path("me/security/", me.security, name="security"),
    path("me/password/", me.password, name="password"),
    path("users/", users.index, name="users"),
    path("users/invite/", users.invite, name="invite"),
    path("users/invitations/<uuid:public_id>/revoke/", users.revoke, name="revoke_invitation"),
    path("users/<uuid:public_id>/", users.detail, name="user"),
    path("users/<uuid:public_id>/deactivate/", users.deactivate, name="deactivate"),
    path("settings/organisation/", organisation.organisation, name="organisation"),
]
