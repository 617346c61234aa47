"""The connection to Temporal: one way to make it, for workers, the UI and the command line.

When do you need to touch this? When payloads are to be converted or encrypted differently.
"""

import dataclasses
import os

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError

from domain.errors import DomainError, ErrorCode, InputError
from runtime.failures import CodedFailureConverter

DATA_CONVERTER: DataConverter = dataclasses.replace(
    pydantic_data_converter, failure_converter_class=CodedFailureConverter
)
"""Pydantic payloads, and failures that carry codes only."""


class EngineUnreachable(DomainError):
    """Temporal does not answer; nothing was started."""

    code = ErrorCode.STORE_UNAVAILABLE


def is_configured() -> bool:
    """Whether the environment names a Temporal Service. A profile file that only lies in its usual place does not."""
    return any(os.environ.get(name) for name in ("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE"))


async def connect() -> Client:
    """A client as `TEMPORAL_*` and `temporal.toml` say.

    Raises `EngineUnreachable` naming the address, and `InputError` where the settings cannot be used.
    """
    try:
        config = ClientConfig.load_client_connect_config()
    except (RuntimeError, ValueError, OSError) as wrong:
        raise InputError(f"the Temporal settings cannot be used: {wrong}; see TEMPORAL_* and temporal.toml") from None
    address = config.get("target_host", "localhost:7233")
    try:
        return await Client.connect(
            address,
            namespace=config.get("namespace", "default"),
            api_key=config.get("api_key"),
            tls=config.get("tls", None),
            rpc_metadata=config.get("rpc_metadata", {}),
            data_converter=DATA_CONVERTER,
        )
    except ValueError as wrong:
        raise InputError(f"{address} is no address of a Temporal server ({wrong}); correct TEMPORAL_ADDRESS") from None
    except (RPCError, RuntimeError, OSError) as refused:
        # The SDK reports a refused connection as RuntimeError.
        raise EngineUnreachable(
            f"Temporal is not reachable at {address}. Start it (countersign up does) or set TEMPORAL_ADDRESS"
        ) from refused
