"""The page of the mail server, asked as a browser or a program asks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest

from groundswell_local.mail.mailbox import Mailbox
from groundswell_local.mail.pages import pages

HOSTILE = '<script>alert("1")</script>'


@dataclass
class Page:
    box: Mailbox
    http: httpx2.AsyncClient


@pytest.fixture
def page(tmp_path: Path) -> Page:
    box = Mailbox(tmp_path)
    transport = httpx2.ASGITransport(app=pages(box))
    return Page(box, httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8026"))


def keep(page: Page, to: str = "a@x.example", subject: str = "Hello", text: str = "Text") -> str:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content(text)
    return page.box.keep("from@x.example", [to], message.as_bytes())


async def test_it_lists_all_mails_or_those_to_one_address(page: Page) -> None:
    keep(page, "a@x.example", "For a")
    keep(page, "b@x.example", "For b")
    everything = (await page.http.get("/")).text
    assert "For a" in everything
    assert "For b" in everything
    mine = (await page.http.get("/", params={"to": "A@x.example"})).text
    assert "For a" in mine
    assert "For b" not in mine


async def test_everything_in_a_mail_is_escaped(page: Page) -> None:
    mail_id = keep(page, f'"{HOSTILE}"@x.example', HOSTILE, f"{HOSTILE} http://x.example/?a&b'\"")
    asked = {"to": HOSTILE}
    for path, query in (("/", {}), ("/", asked), (f"/mails/{mail_id}", {})):
        shown = await page.http.get(path, params=query)
        assert "<script" not in shown.text
        policy = shown.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert 'href="http://x.example/?a&amp;b"' in (await page.http.get(f"/mails/{mail_id}")).text


async def test_links_in_a_mail_can_be_clicked_and_nothing_else(page: Page) -> None:
    mail_id = keep(page, text="See (http://127.0.0.1:8100/contests/c_1). javascript:alert(1)")
    text = (await page.http.get(f"/mails/{mail_id}")).text
    assert '(<a href="http://127.0.0.1:8100/contests/c_1">' in text
    assert 'href="javascript' not in text


async def test_a_program_reads_the_same(page: Page) -> None:
    mail_id = keep(page, subject="Code", text="123456")
    (mail,) = (await page.http.get("/mails.json", params={"to": "a@x.example"})).json()["mails"]
    assert (mail["id"], mail["subject"], mail["text"]) == (mail_id, "Code", "123456\n")
    assert (await page.http.get("/mails.json", params={"to": "b@x.example"})).json()["mails"] == []
    file = await page.http.get(f"/mails/{mail_id}.eml")
    assert file.headers["content-type"] == "message/rfc822"
    assert b"123456" in file.content


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/mails/mail_01jd5w0h3v8m6q2y9k4r7t1xzp", {}, 404),
        ("GET", "/mails/..%2Fsecrets.json", {}, 404),
        ("GET", "/nothing", {}, 404),
        ("POST", "/", {}, 405),
        ("GET", "/", {"host": "rebound.example:8026"}, 421),
        ("GET", "/mails.json", {"host": "rebound.example:8026"}, 421),
    ],
)
async def test_what_it_refuses(
    page: Page, method: str, path: str, headers: Mapping[str, str], status: int
) -> None:
    keep(page)
    refused = await page.http.request(method, path, headers=headers)
    assert refused.status_code == status
    assert "Hello" not in refused.text


async def test_the_list_shows_the_newest_two_hundred(page: Page) -> None:
    for _ in range(201):
        keep(page)
    shown = (await page.http.get("/")).text
    assert shown.count("<li>") == 200
    assert "201 in all" in shown
    assert len(json.loads((await page.http.get("/mails.json")).content)["mails"]) == 201
