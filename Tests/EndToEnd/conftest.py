import pytest
from openai import OpenAI

from configuration import IMPATIENT, configuration, merged
from harness import BINARY, Gateway
from upstream import ScriptedUpstream


def pytest_addoption(parser):
    parser.addoption("--soak", action="store_true", help="longer loops: hundreds of kills, thousands of calls")


def pytest_sessionstart(session):
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is not built: make build, or name another with LLMGW", 2)


@pytest.fixture(scope="session")
def soak(request):
    return request.config.getoption("--soak")


@pytest.fixture
def upstream():
    server = ScriptedUpstream()
    yield server
    server.close()


@pytest.fixture
def gateways(tmp_path):
    """Makes gateways that end with the test."""
    made = []

    def make(patch=None, url=None, **files):
        folder = tmp_path / f"g{len(made)}"
        folder.mkdir()
        made.append(Gateway(folder, merged(configuration(url), patch or {}), **files))
        return made[-1]

    yield make
    for gateway in made:
        gateway.kill()


@pytest.fixture
def start(gateways):
    """Makes and starts a gateway; returns it with a key of `app`."""
    def make(patch=None, url=None, **files):
        gateway = gateways(patch, url, **files).start()
        return gateway, gateway.key()
    return make


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One gateway for a file's tests that leave nothing behind which another could see: (gateway, key, upstream)."""
    server = ScriptedUpstream()
    config = merged(configuration(server.url), IMPATIENT)
    gateway = Gateway(tmp_path_factory.mktemp("shared"), config).start()
    yield gateway, gateway.key(), server
    gateway.kill()
    server.close()


@pytest.fixture(scope="module")
def client(shared):
    gateway, key, _ = shared
    with OpenAI(base_url=f"{gateway.url}/v1", api_key=key, max_retries=0) as client:
        yield client
