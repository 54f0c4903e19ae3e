"""The process of the mail server, started by the installation: SMTP, and the page beside it."""

import sys

from groundswell_kit.health import Health
from groundswell_kit.observability import configure_logging
from groundswell_kit.serve import Role, run, run_roles
from groundswell_local.mail.mailbox import Mailbox
from groundswell_local.mail.pages import pages
from groundswell_local.mail.smtp import SmtpServer
from groundswell_local.paths import mail_directory
from groundswell_local.settings import LocalPorts, LocalSettings


def mail_role() -> Role:
    """Ready when it takes mail; the page is on the role's port."""
    ports = LocalPorts()
    mailbox = Mailbox(mail_directory(LocalSettings().state))
    smtp = SmtpServer(mailbox, ports.smtp_port)
    health = Health("mail")
    health.add("smtp", smtp.serving)
    return Role(
        name="mail",
        port=ports.local_mail_port,
        health=health,
        app=pages(mailbox),
        start=smtp.start,
        close=smtp.stop,
    )


async def main() -> int:
    """Serve until told to stop; the exit status."""
    return await run_roles([mail_role()])


if __name__ == "__main__":
    configure_logging("local", "mail")
    sys.exit(run(main()))
