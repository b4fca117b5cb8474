"""A believable company for the demo, played into the system through its own services.

    cast       the company and its people, who come in by invitation
    customers  the directory
    story      the verbs of a scene: report, confirm, tell, write a letter, close
    scenes     the incidents, from the oldest to this morning's
    wording    what people wrote, in the customers' four languages
    post       hands every mail to a real SMTP server on this machine

`volume` is something else: many rows at once, for measuring.

Everything is invented: names, `.example` addresses, documentation networks.
"""
