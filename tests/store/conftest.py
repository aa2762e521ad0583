"""A real object store on the loopback: moto's S3 server, with a bucket of its own for every test."""

import logging
from collections.abc import Iterator

import pytest

from emma.store import remote


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The server's address; the environment says where it is, to other processes too."""
    server = pytest.importorskip("moto.server", reason="needs moto").ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    pytest.importorskip("s3fs", reason="needs the s3 extra")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", address)
        patch.setenv("AWS_ACCESS_KEY_ID", "a-test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield address
    server.stop()


@pytest.fixture
def bucket(s3: str, request: pytest.FixtureRequest) -> str:
    """The URL of an empty folder in a fresh bucket."""
    name = f"bucket-{abs(hash(request.node.nodeid))}"
    remote.filesystem("s3://")[0].mkdir(name)
    return f"s3://{name}/store"
