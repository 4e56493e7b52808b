"""Certificates of 127.0.0.1 that end when a test wants, made by openssl(1)."""

import ssl
import subprocess
from pathlib import Path

WORDS = "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=here"
AUTHORITY = """
[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
"""


def certificate(folder: Path, *, begins: str = "20200101000000Z", ends: str) -> ssl.SSLContext:
    """A server's context with a certificate, signed by itself, in `folder`/cert.pem: whoever has
    SSL_CERT_FILE of that believes it."""
    folder.mkdir()
    (folder / "index").touch()
    (folder / "own.cnf").write_text(AUTHORITY)
    named = ("-addext", "subjectAltName=IP:127.0.0.1")
    run(folder, *WORDS.split(), *named, "-keyout", "key.pem", "-out", "asked.pem")
    sign = "openssl ca -batch -notext -config own.cnf -selfsign -keyfile key.pem -in asked.pem"
    run(folder, *sign.split(), "-startdate", begins, "-enddate", ends, "-out", "cert.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def run(folder: Path, *words: str) -> None:
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
