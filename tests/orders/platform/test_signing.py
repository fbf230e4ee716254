"""The platform's signatures: the two vectors of its official clients, and what a post is signed with."""

import pytest

from orders.platform.signing import is_signed, sign_call, sign_push
from tests.cast import at
from tests.servers.aliexpress import APP_KEY, SECRET, push

COMMON = {"app_key": "12345678", "sign_method": "sha256", "timestamp": "1517820392000"}


@pytest.mark.parametrize(
    ("api", "more", "expected"),
    [
        (
            "/auth/token/create",
            {"code": "3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26"},
            "35607762342831B6A417A0DED84B79C05FEFBF116969C48AD6DC00279A9F4D81",
        ),
        (
            "aliexpress.affiliate.category.get",
            {"method": "aliexpress.affiliate.category.get"},
            "F3ABBAB059750C3CD6D341A2FDA939ECB0FA892120E9196270ED67D6EC1511DD",
        ),
    ],
)
def test_a_call_is_signed_as_the_official_clients_do(api: str, more: dict[str, str], expected: str) -> None:
    assert sign_call(api, COMMON | more, "helloworld") == expected
    assert sign_call(api, COMMON | more | {"sign": "x", "empty": ""}, "helloworld") == expected


def test_a_post_is_signed_for_one_app_and_one_body() -> None:
    body, given = push("order", at("03-05 10:00"))
    assert given == sign_push(APP_KEY, body, SECRET)
    assert is_signed(APP_KEY, body, SECRET, f" {given.upper()} ")
    assert not is_signed(APP_KEY, body + b" ", SECRET, given)
    assert not is_signed("87654321", body, SECRET, given)
    assert not is_signed(APP_KEY, body, "another", "ü")
