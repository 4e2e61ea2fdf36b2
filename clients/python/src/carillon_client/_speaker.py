"""Numbers requests, encodes what is said, and collects what the state machine wants done."""

from __future__ import annotations

from typing import Any

from ._codecs import Codec, JsonCodec, Payload
from ._outputs import Output, Send


class Speaker:
    """One for the life of a client; whether it may speak changes with the connection."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.codec: Codec = JsonCodec()
        self.may_speak = False
        """A welcome came, and no goodbye since."""
        self.max_message_bytes: int | None = None
        self._number = 0

    def emit(self, output: Output) -> None:
        self.outputs.append(output)

    def number(self) -> int:
        """A number for the next request. Never used again, not even on another connection."""
        self._number += 1
        return self._number

    def encode(self, op: str, fields: dict[str, Any], payload: Payload | None) -> str | bytes:
        return self.codec.encode({"op": op, **fields}, payload)

    def say(self, op: str, fields: dict[str, Any], payload: Payload | None = None) -> None:
        self.emit(Send(self.encode(op, fields, payload)))

    def say_frame(self, frame: str | bytes) -> None:
        """Says what was encoded before."""
        self.emit(Send(frame))

    def too_large(self, frame: str | bytes) -> bool:
        """Whether the server would hang up on a frame of this size."""
        limit = self.max_message_bytes
        if limit is None or len(frame) * 4 <= limit:
            return False
        return len(frame.encode() if isinstance(frame, str) else frame) > limit
