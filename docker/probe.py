"""The container's health: whether the web process answers at all (a redirect to https:// counts)."""

import http.client
import sys

connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
connection.request("GET", "/healthz", headers={"Host": "localhost", "X-Forwarded-Proto": "https"})
sys.exit(connection.getresponse().status >= http.HTTPStatus.BAD_REQUEST)
