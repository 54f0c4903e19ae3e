"""The mail with a code goes to the address that it is for."""

from aiosmtplib.email import extract_recipients
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from groundswell_identity.people.addresses import normal_address
from groundswell_identity.signin.mails import code_mail

# All that may stand before the @, as it is and as an encoded word.
TEXT = st.text("abq.!#$%&'*+/^_`{|}~-=?", min_size=1, max_size=12)
LOCAL = st.one_of(TEXT, TEXT.map("=?utf-8?q?{}?=".format), TEXT.map("=?utf-8?b?{}?=".format))


@settings(suppress_health_check=[HealthCheck.filter_too_much])  # most such texts are no address
@given(LOCAL)
def test_a_mail_has_the_one_recipient_that_it_is_for(local: str) -> None:
    try:
        address = normal_address(f"{local}@example.com")
    except ValueError:
        assume(False)
    mail = code_mail("us@example.com", address, "123456", "mark")
    assert extract_recipients(mail) == [address]
    assert mail["To"] == address
