"""A remote's objects by their md5, read and written behind DVC's back."""

from pathlib import Path
from urllib.parse import urlparse

import servers


class Folder:
    """The objects of a shared folder, or of an SSH server that runs here."""

    def __init__(self, server: servers.Server) -> None:
        self._root = Path(urlparse(server.url).path) / "files/md5"

    def names(self) -> set[str]:
        """Return every complete object's md5, with `.dir` if it is a list of files."""
        found = (path for path in self._root.rglob("*") if path.is_file())
        return {path.parent.name + path.name for path in found if path.suffix != ".tmp"}

    def read(self, name: str) -> bytes:
        return self._path(name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        self.delete(name)  # DVC's are read-only
        self._path(name).write_bytes(content)

    def delete(self, name: str) -> None:
        self._path(name).unlink()

    def _path(self, name: str) -> Path:
        return self._root / name[:2] / name[2:]


class Bucket:
    """The objects of an S3 server."""

    def __init__(self, server: servers.Server) -> None:
        self._client = servers.s3_client(server.options["endpointurl"], server.secrets)
        place = urlparse(server.url)
        self._bucket, self._prefix = place.netloc, f"{place.path.strip('/')}/files/md5/"

    def names(self) -> set[str]:
        found = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix)
        assert not found["IsTruncated"]
        keys = (each["Key"].removeprefix(self._prefix) for each in found.get("Contents", []))
        return {key.replace("/", "") for key in keys}

    def read(self, name: str) -> bytes:
        with self._client.get_object(**self._at(name))["Body"] as body:
            content: bytes = body.read()
        return content

    def write(self, name: str, content: bytes) -> None:
        self._client.put_object(Body=content, **self._at(name))

    def delete(self, name: str) -> None:
        self._client.delete_object(**self._at(name))

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{name[:2]}/{name[2:]}"}


def of(server: servers.Server) -> Folder | Bucket:
    """Return the objects that a server keeps."""
    return Bucket(server) if server.url.startswith("s3:") else Folder(server)
