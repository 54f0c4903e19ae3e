"""What is kept of a mail, and how it is found and read again."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from groundswell_local.mail.mailbox import Mailbox


def mail(subject: str = "Your code", text: str = "It is 123456.") -> bytes:
    message = EmailMessage()
    message["Subject"] = subject
    message["Message-ID"] = "<one@groundswell.example>"
    message.set_content(text)
    return message.as_bytes()


def test_a_mail_is_found_again_with_its_envelope_also_by_another_process(tmp_path: Path) -> None:
    mail_id = Mailbox(tmp_path).keep("from@a.example", ["Ä@b.example", "c@d.example"], mail())
    (found,) = Mailbox(tmp_path).newest_first()
    assert found == Mailbox(tmp_path).find(mail_id)
    assert (found.id, found.sender) == (mail_id, "from@a.example")
    assert found.recipients == ("Ä@b.example", "c@d.example")
    assert (found.subject, found.message_id) == ("Your code", "<one@groundswell.example>")
    assert found.text == "It is 123456.\n"


def test_the_newest_come_first_and_letters_of_an_address_do_not_matter(tmp_path: Path) -> None:
    box = Mailbox(tmp_path)
    for number, recipient in enumerate(("a@x.example", "A@X.EXAMPLE", "b@x.example")):
        box.keep("f@x.example", [recipient], mail(subject=str(number)))
    assert {found.subject for found in box.newest_first("a@X.example")} == {"0", "1"}
    ids = [found.id for found in box.newest_first()]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 3


def test_what_was_not_finished_is_no_mail(tmp_path: Path) -> None:
    (tmp_path / "mail_01jd5w0h3v8m6q2y9k4r7t1xzp.new").write_bytes(b"half")
    assert Mailbox(tmp_path).newest_first() == []


@pytest.mark.parametrize("name", ["../secrets", "mail_0/../../x", "", "mail_unknown"])
def test_no_other_file_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "secrets.eml").write_text("x")
    assert Mailbox(tmp_path / "mail").find(name) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe no headers at all",
        b"Content-Type: text/plain; charset=nonsense\r\n\r\nx",
        b"Subject: =?utf-8?b?!!!?=\r\n\r\nx",
        b"Content-Type: multipart/mixed\r\n\r\nx",
        b"Message-ID: <\r\nTo: @@@<>\r\n\r\nx",
    ],
)
def test_a_malformed_mail_is_listed_and_hides_no_other(tmp_path: Path, content: bytes) -> None:
    box = Mailbox(tmp_path)
    box.keep("f@x.example", ["a@x.example"], content)
    box.keep("f@x.example", ["a@x.example"], mail())
    assert len(box.newest_first("a@x.example")) == 2
