"""How messages become payloads: pydantic JSON, compressed when large, so that no state grows past the server's 2 MB."""

import dataclasses
import zlib
from collections.abc import Sequence

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import PayloadCodec

LARGE = 64 * 1024  # bytes; smaller payloads stay readable in Temporal's Web UI
ENCODING = b"binary/zlib"


class LargePayloads(PayloadCodec):
    """Compresses payloads above LARGE; JSON shrinks to about an eighth."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Compress the large ones."""
        return [self._small(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Restore what was compressed."""
        return [
            Payload.FromString(zlib.decompress(payload.data))
            if payload.metadata.get("encoding") == ENCODING
            else payload
            for payload in payloads
        ]

    @staticmethod
    def _small(payload: Payload) -> Payload:
        if len(payload.data) <= LARGE:
            return payload
        return Payload(metadata={"encoding": ENCODING}, data=zlib.compress(payload.SerializeToString(), level=1))


DATA_CONVERTER = dataclasses.replace(pydantic_data_converter, payload_codec=LargePayloads())
