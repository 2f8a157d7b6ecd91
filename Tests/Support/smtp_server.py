#!/usr/bin/env python3
"""A mail server for tests: prints one JSON object a line for each mail it takes.

usage: smtp_server.py --folder DIR [--tls starttls|tls|none] [--user NAME --password TEXT] [--refuse ADDRESS=CODE …]
                      [--drop-after-data N]

Makes a certificate for localhost in DIR/cert.pem (itself the CA), listens on a free port of the loopback interface and
prints "ready PORT". --refuse answers RCPT TO with a code; --drop-after-data closes the connection N times when the mail has
come in, before saying that it was taken.
"""
import argparse
import asyncio
import json
import ssl
import subprocess
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Handler:
    def __init__(self, options):
        self.refused = dict(item.split("=") for item in options.refuse)
        self.drops = options.drop_after_data

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.refused:
            return f"{self.refused[address]} refused by the test"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        record = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None,
            "user": (session.auth_data.login.decode() if session.auth_data else None),
            "data": envelope.content.decode("ascii"),
            "taken": self.drops <= 0,
        }
        print(json.dumps(record), flush=True)
        if self.drops > 0:
            self.drops -= 1
            server.transport.abort()
            return "451 gone"
        return "250 OK"


def certificate(folder):
    cert, key = f"{folder}/cert.pem", f"{folder}/key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
         "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--tls", choices=["starttls", "tls", "none"], default="starttls")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--refuse", action="append", default=[])
    parser.add_argument("--drop-after-data", type=int, default=0)
    options = parser.parse_args()
    context = certificate(options.folder) if options.tls != "none" else None
    handler = Handler(options)

    def authenticate(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == (
            options.user, options.password)
        return AuthResult(success=good, handled=False, auth_data=data if good else None)

    def factory():
        return SMTP(
            handler, hostname="localhost", tls_context=context if options.tls == "starttls" else None,
            require_starttls=options.tls == "starttls", authenticator=authenticate if options.user else None,
            auth_required=options.user is not None, auth_require_tls=options.tls == "starttls",
            enable_SMTPUTF8=False)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=context if options.tls == "tls" else None)
    print(f"ready {server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # ends with whoever started it


asyncio.run(main())
