"""Who must be told, by when, and exactly what was said.

Duty >── Authority                  dated rows with source and confidence
Notice ──< NoticeText (a language)  ── outbox.Batch
   └────< NoticeTest
Settlement                          a customer told by phone, or waived
Letter >── Authority                ── outbox.Batch
TextReview                          who read a built-in text, in which version
"""

from notifications.models.letters import Letter
from notifications.models.notices import Notice, NoticeTest, NoticeText, Settlement
from notifications.models.rules import Authority, Duty, TextReview

__all__ = ["Authority", "Duty", "Letter", "Notice", "NoticeTest", "NoticeText", "Settlement", "TextReview"]
