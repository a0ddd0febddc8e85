import pytest

from activities.channels.chat import ChatChannel, UnknownAddressError
from tests.contract.test_channels import message
from tests.receivers import Receiver, http_receiver


@pytest.mark.parametrize("url", ["nosuch://SECRET", "SECRET", "json://", "slack://SECRET"])
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UnknownAddressError) as refused:
        ChatChannel("ops", url)
    assert "SECRET" not in str(refused.value)


async def test_the_plain_text_goes_out_and_no_picture_from_elsewhere() -> None:
    receiver = Receiver()
    with http_receiver(receiver):
        text = "*it* is <late>\\n & \\t so on"
        await ChatChannel("ops", f"json://127.0.0.1:{receiver.port}/").send(message(text=text))
    assert receiver.body()["message"] == text
    assert "http" not in receiver.requests[0][1].decode()
