"""Real servers on loopback: OpenSSH with sftp, and SeaweedFS, which speaks S3; and a folder."""

import getpass
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import botocore.session
import psutil
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError
from processes import signal_all
from system_programs import find_program

START_SECONDS = 60.0
SSHD = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PubkeyAuthentication yes
Subsystem sftp internal-sftp
"""


class Server(NamedTuple):
    """Where a server keeps things, its options as `dvc remote modify` takes them, its process."""

    url: str
    options: dict[str, str]  # for everyone: they may stand in Git
    secrets: dict[str, str]  # for `--local`
    process: subprocess.Popen[bytes] | None = None


@contextmanager
def shared_folder(folder: Path) -> Iterator[Server]:
    """Give a folder that everybody can reach; no server at all."""
    folder.mkdir(parents=True)
    yield Server(str(folder / "store"), {}, {})


def free_ports(count: int = 1) -> list[int]:
    """Return ports that nothing listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@contextmanager
def ssh(folder: Path) -> Iterator[Server]:
    """Run sshd as this user, with keys of its own; its files go to `folder`/store.

    In a folder where one has run, it serves what that one kept, on another port.
    """
    sshd = find_program("openssh-server", "sshd")
    (folder / "store").mkdir(parents=True, exist_ok=True)
    for name in {"host_key", "key"} - {path.name for path in folder.iterdir()}:
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / name]
        subprocess.run(argv, check=True)
    (port,) = free_ports()
    (folder / "sshd_config").write_text(SSHD.format(port=port, folder=folder))
    if os.getuid() == 0:  # root's sshd will not start without the folder it would lock itself into
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    argv = [sshd, "-D", "-e", "-f", str(folder / "sshd_config")]
    with running(argv, folder, port, os.environ) as process:
        yield Server(
            f"ssh://127.0.0.1{folder}/store",
            {"port": str(port), "user": getpass.getuser()},
            {"keyfile": str(folder / "key")},
            process,
        )


@contextmanager
def s3(folder: Path) -> Iterator[Server]:
    """Run SeaweedFS with one bucket, `takht`; telemetry off, everything on loopback.

    In a folder where one has run, it serves what that one kept, on other ports.
    """
    (folder / "store").mkdir(parents=True, exist_ok=True)
    parts = ("s3", "filer", "master", "volume", "admin")
    # Unless told, a gRPC port is the HTTP port + 10000, which need not exist.
    flags = [f"-{part}.port{kind}" for part in parts for kind in ("", ".grpc")]
    ports = dict(zip((*flags, "-s3.port.iceberg"), free_ports(11), strict=True))
    keys = {"access_key_id": "key-of-the-tests", "secret_access_key": "secret-of-the-tests"}
    argv = [str(Path(sys.executable).with_name("weed")), "mini", "-dir", str(folder / "store")]
    argv += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-bucket=takht", "-webdav=false"]
    argv += ["-admin.ui=false", "-master.telemetry=false"]
    argv += [f"{flag}={port}" for flag, port in ports.items()]
    environment = os.environ | {f"AWS_{name.upper()}": value for name, value in keys.items()}
    endpoint = f"http://127.0.0.1:{ports['-s3.port']}"
    with running(argv, folder, ports["-s3.port"], environment) as process:
        await_bucket(endpoint, keys)
        yield Server("s3://takht/store", {"endpointurl": endpoint}, keys, process)


@contextmanager
def running(
    argv: list[str], folder: Path, port: int, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; its log is in `folder`."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(argv, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        await_port(port, process, folder / "log")
        yield process
    finally:
        stop(process)


def await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the port answers; fail when the process ends or takes too long."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"{process.args}: no answer\n{log.read_text(errors='replace')[-4000:]}")


def s3_client(endpoint: str, keys: Mapping[str, str]) -> BaseClient:
    """Return a client of the S3 server."""
    given = {f"aws_{name}": value for name, value in keys.items()}
    session = botocore.session.get_session()
    return session.create_client("s3", "us-east-1", endpoint_url=endpoint, **given)


def await_bucket(endpoint: str, keys: dict[str, str]) -> None:
    """Return when the bucket is there: it is made after the port answers."""
    client = s3_client(endpoint, keys)
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            client.head_bucket(Bucket="takht")
        except (ClientError, BotoCoreError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            client.close()
            return


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started (sshd's sessions) at once, as a power cut would."""
    if process.poll() is None:
        server = psutil.Process(process.pid)
        signal_all([*server.children(recursive=True), server])
    process.wait()
