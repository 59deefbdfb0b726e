"""CHAT_SERVICE=path/to/chat_service python3 -m unittest test_chat.py"""
import base64
import hashlib
import hmac
import json
import os
import subprocess
import time
import unittest
import urllib.error
import urllib.request


class ChatService:
    """A service of one's own: fresh credentials, nothing on the disk, gone with this process."""

    def __init__(self):
        self.process = subprocess.Popen(
            [os.environ.get("CHAT_SERVICE", "chat_service"), "--listen", "127.0.0.1:0",
             "--database", ":memory:", "--print-config", "--exit-with-parent"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.config = json.loads(self.process.stdout.readline())
        self.url = self.config["chat_url"].replace("ws", "http", 1).removesuffix("/v3/wsconnect")

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()

    def token_for(self, identity):
        """What twilio.jwt.access_token.AccessToken makes with a ChatGrant, without the package."""
        now = int(time.time())
        head = {"typ": "JWT", "alg": "HS256", "cty": "twilio-fpa;v=1"}
        body = {"jti": f"{self.config['api_key_sid']}-{now}", "iss": self.config["api_key_sid"],
                "sub": self.config["account_sid"], "exp": now + 3600,
                "grants": {"identity": identity, "chat": {"service_sid": self.config["chat_service_sid"]}}}
        text = ".".join(self._part(json.dumps(part).encode()) for part in (head, body))
        secret = self.config["api_key_secret"].encode()
        return text + "." + self._part(hmac.new(secret, text.encode(), hashlib.sha256).digest())

    @staticmethod
    def _part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class ChatTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = ChatService()
        cls.addClassCleanup(cls.service.stop)

    def upload(self, token):
        url = f"{self.service.url}/v1/Services/{self.service.config['chat_service_sid']}/Media"
        request = urllib.request.Request(url, data=b"hello", headers={
            "X-Twilio-Token": token, "Content-Type": "text/plain"})
        return json.load(urllib.request.urlopen(request))

    def test_is_ready(self):
        with urllib.request.urlopen(self.service.url + "/readyz") as answer:
            self.assertEqual(answer.status, 200)

    def test_takes_our_tokens(self):
        self.assertEqual(self.upload(self.service.token_for("alice"))["size"], 5)

    def test_takes_no_others(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.upload(self.service.token_for("alice")[:-4] + "AAAA")
        self.assertEqual(refused.exception.code, 401)
        refused.exception.close()


if __name__ == "__main__":
    unittest.main()
