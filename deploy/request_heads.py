"""Takes requests whose head comes to an end: whoever sends one without end is cut off before memory fills."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 64 * 1024  # bytes of the first line and all headers, besides the pieces in which they begin and end


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's fast way to read requests, which itself knows no bound (its slow one does)."""

    _in_head = False
    _head = 0  # bytes of pieces that hold nothing but a part of the head

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head = True, 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        before = self._in_head
        super().data_received(data)
        if before and self._in_head:
            self._head += len(data)
            if self._head > MOST_HEAD:
                self.send_400_response("The head of this request is too long.")
