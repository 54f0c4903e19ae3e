"""Beginning a sign-in, completing it with its code, and sending the code."""

from dataclasses import dataclass
from datetime import timedelta

from groundswell_identity.people.commands import PersonCommands
from groundswell_identity.people.rules import Person
from groundswell_identity.signin.mails import UnusableAddress, code_mail
from groundswell_identity.signin.rules import SignIn, mail_delay, seconds_to_wait, still_counted
from groundswell_identity.signin.store import CodeMail, CodeMailStore, SignInStore
from groundswell_identity.tokens.commands import Issued, TokenCommands, participant
from groundswell_identity.tokens.rules import Family
from groundswell_identity.vault import Vault, same
from groundswell_kit import mail
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_code, new_secret
from groundswell_kit.mongo import transaction
from groundswell_kit.observability import get_logger
from groundswell_kit.problems import Problem, ProblemType
from groundswell_kit.settings import SmtpSettings

log = get_logger()

WRONG_CODE = ProblemType(
    "wrong-code",
    400,
    "The code is not good",
    "The code is wrong, used, expired or tried too often, or there is no such sign-in; which of "
    "these is not told. Read the code again, or begin a new sign-in.",
)
TOO_MANY_SIGN_INS = ProblemType(
    "too-many-sign-ins",
    429,
    "Too many sign-ins have been begun",
    "This address has asked for too many codes without using them. Use the last one, or begin "
    "again after Retry-After seconds. It says nothing of whether the address is known.",
)

# Longer than a server has to take a mail, so that no other worker sends it meanwhile.
CLAIMED_FOR = timedelta(seconds=25)


@dataclass(frozen=True, slots=True)
class SignInCommands:
    """Each verb is one transaction, but for counting a try, which stays whatever follows."""

    sign_ins: SignInStore
    mails: CodeMailStore
    people: PersonCommands
    tokens: TokenCommands
    vault: Vault

    async def begin(self, email: str, locale: str, time_zone: str) -> SignIn:
        """A sign-in whose code is on its way to the address, be it known or not.

        Raises the too-many-sign-ins problem. A repeat sends another code; the first stays good.
        """
        sign_in_id, code = new_secret(), new_code()
        address_mark = self.people.address_mark(email)
        code_mark = self._code_mark(sign_in_id, code)
        now = utc_now()
        sign_in = SignIn(sign_in_id, address_mark, email, locale, time_zone, code_mark, now)

        async def work() -> None:
            begun = still_counted(await self.sign_ins.begun(address_mark), now)
            wait = seconds_to_wait(begun, now)
            if wait:
                raise Problem(TOO_MANY_SIGN_INS, headers={"Retry-After": str(wait)})
            await self.sign_ins.add(sign_in, [*begun, now])
            await self.mails.add(CodeMail(sign_in_id, email, code, sign_in.expires_at, 0), now)

        await transaction(self.sign_ins.client, work)
        return sign_in

    async def complete(self, sign_in_id: str, code: str) -> tuple[str, Issued]:
        """The id of the person whose code this is, with tokens; one who is new is made.

        Raises the wrong-code problem, after which the sign-in has a try less. Once only.
        """
        code_mark = self._code_mark(sign_in_id, code)
        sign_in = await self.sign_ins.count_try(sign_in_id, utc_now())
        if sign_in is None or not same(sign_in.code_mark, code_mark):
            raise Problem(WRONG_CODE)

        async def work() -> tuple[Person, Family]:
            if not await self.sign_ins.finish(sign_in):
                raise Problem(WRONG_CODE)
            await self.mails.remove([sign_in_id])
            person = await self.people.sign_in(sign_in.email, sign_in.locale, sign_in.time_zone)
            return person, await self.tokens.begin_family(person.id)

        person, family = await transaction(self.sign_ins.client, work)
        return person.id, await self.tokens.issue(participant(person), family)

    async def forget(self, person: Person) -> None:
        """Removes what is kept of a person's address here, in the caller's transaction."""
        await self.mails.remove(await self.sign_ins.remove_all_of(person.address_mark))

    def _code_mark(self, sign_in_id: str, code: str) -> str:
        return self.vault.mark("code", f"{sign_in_id}\n{code}")


@dataclass(frozen=True, slots=True)
class CodeMailCommands:
    """Sending, by the worker. A mail may be sent twice, with one Message-ID."""

    mails: CodeMailStore
    vault: Vault
    smtp: SmtpSettings

    async def send_next(self) -> str | None:
        """Sends the mail that has been due longest and says what became of it; None if none is.

        One that no server takes is tried again until its code expires.
        """
        now = utc_now()
        due = await self.mails.claim(now, now + CLAIMED_FOR)
        if due is None:
            return None
        mark = self.vault.mark("message id", due.sign_in_id)[:32]
        try:
            await mail.send(self.smtp, code_mail(self.smtp.sender, due.to, due.code, mark))
        except mail.MailNotTaken as error:
            log.warning("code mail not taken", reason=str(error), failures=due.failures + 1)
            due_at = utc_now() + mail_delay(due.failures + 1)
            await self.mails.put_off(due.sign_in_id, due_at)
            return "not_taken"
        except (mail.MailRefused, UnusableAddress) as refused:
            log.warning("code mail refused", reason=str(refused) or "unusable address")
            await self.mails.remove([due.sign_in_id])
            return "refused"
        await self.mails.remove([due.sign_in_id])
        return "sent"
