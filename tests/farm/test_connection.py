"""Credentials are looked at before anybody is asked with them."""

from __future__ import annotations

from pathlib import Path

import dask
import pytest
from distributed import Security

from grader.farm.connection import CONFIGURATION, place_of
from grader.farm.trust import Untrusted

ADDRESS = "tls://127.0.0.1:8786"


def written(folder: Path, security: Security) -> tuple[str, str, str]:
    """Write credentials as files; return their paths."""
    folder.mkdir(exist_ok=True)
    files = [folder / name for name in ("ca", "cert", "key")]
    texts = (security.tls_ca_file, security.tls_client_cert, security.tls_client_key)
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    ca, certificate, key = map(str, files)
    return ca, certificate, key


def test_a_cluster_over_tls_is_reached_by_the_files_that_are_named(tmp_path: Path) -> None:
    with place_of(ADDRESS, False, *written(tmp_path, Security.temporary())) as place:
        assert place.security.require_encryption and not place.insecure


def test_without_certificates_no_cluster_over_tls_is_tried() -> None:
    with pytest.raises(Untrusted, match="--tls-ca, --tls-cert and --tls-key"), place_of(ADDRESS):
        pass


def test_files_that_are_no_certificates_are_refused(tmp_path: Path) -> None:
    ca, certificate, _ = written(tmp_path / "one", Security.temporary())
    _, _, key = written(tmp_path / "other", Security.temporary())
    (tmp_path / "text").write_text("no certificate")
    for files in ((ca, certificate, key), (ca, str(tmp_path / "text"), key)):
        with pytest.raises(Untrusted, match="cannot be used"), place_of(ADDRESS, False, *files):
            pass


def test_over_a_network_tcp_has_to_be_asked_for() -> None:
    with pytest.raises(Untrusted, match="--insecure-cluster"), place_of("tcp://10.0.0.1:8786"):
        pass
    with place_of("tcp://10.0.0.1:8786", insecure=True) as place:
        assert place.insecure


@pytest.mark.parametrize("name", CONFIGURATION)
def test_what_is_set_is_a_setting_of_dask(name: str) -> None:
    dask.config.get(name)  # raises KeyError for one that dask does not have
