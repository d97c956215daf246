"""The commands of docs/remotes.md, with this machine's servers in the place of its examples."""

import re
import shlex

import servers
from pipeline import ROOT

TEXT = (ROOT / "docs/remotes.md").read_text(encoding="utf-8")
BLOCKS = [block.strip().splitlines() for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)]
EXAMPLES = {
    "shared_folder": {"url": "/srv/takht"},
    "ssh": {
        "url": "ssh://music.example.org/srv/takht",
        "port": "2222",
        "user": "layla",
        "keyfile": "~/.ssh/id_ed25519",
    },
    "s3": {
        "url": "s3://takht/store",
        "endpointurl": "https://s3.example.org",
        "access_key_id": "LAYLA",
        "secret_access_key": "SECRET",
    },
}


def block(kind: str) -> list[str]:
    """Return the lines that set up a remote of this kind."""
    add = f"dvc remote add --default team {EXAMPLES[kind]['url']}"
    (found,) = [lines for lines in BLOCKS if lines[0] == add]
    return found


def setup(kind: str, server: servers.Server) -> list[list[str]]:
    """Return these lines' words, for a server of ours."""
    ours = server.options | server.secrets | {"url": server.url}
    swap = {example: ours[name] for name, example in EXAMPLES[kind].items()}
    return [[swap.get(word, word) for word in shlex.split(line)] for line in block(kind)]
