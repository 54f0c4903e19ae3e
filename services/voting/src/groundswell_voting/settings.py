"""What voting is told by its environment, beside what the kit's settings name."""

from pydantic import Field, SecretStr

from groundswell_kit.settings import EngineSettings


class Settings(EngineSettings):
    """Read from GROUNDSWELL_VOTING_*; secrets have no defaults.

    `pass_keys` is `id:base64url,...` (the first signs, all verify), `receipt_key` base64url of 32
    bytes and never changed, `master_keys` Fernet keys with commas between (the first encrypts).
    `partitions` is fixed for the life of an installation. The request deadline is the same for
    ballot boxes and workers, and shorter than what a stopping process leaves its requests.
    """

    voting_api_port: int = 8102
    voting_ballot_box_port: int = 8103
    voting_counter_port: int = 8112
    voting_archiver_port: int = 8113
    voting_worker_port: int = 8114
    voting_partitions: int = Field(default=12, ge=1)
    voting_request_deadline_seconds: float = Field(default=3.5, gt=0.5, lt=4)
    voting_waiting_votes: int = Field(default=4_000, ge=1)
    voting_streams: int = Field(default=2_000, ge=1)
    voting_pass_keys: SecretStr
    voting_receipt_key: SecretStr
    voting_master_keys: SecretStr
