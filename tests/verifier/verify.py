#!/usr/bin/env python3
"""A second verifier of audit exports, written apart from the first.

    verify.py --key LINE [--since CHECKPOINT] FILE...

It needs Python's standard library and `cryptography`. For each file it prints one JSON object with `code`, `position` and
`what`; the codes are those of `konductro audit verify`. It ends with the code of the first file that is not sound.
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SOUND, ALTERED, INCOMPLETE, WRONG_KEY, ROLLED_BACK = 0, 2, 3, 4, 5
HASH = re.compile(r"[0-9a-fA-F]{64}")
NO_EVENT = "0" * 64


class Fault(Exception):
    """The first thing that is wrong."""

    def __init__(self, code, position, what):
        super().__init__(what)
        self.code, self.position, self.what = code, position or None, what


# --- JSON -----------------------------------------------------------------------------------------------------------


def refuse_constant(name):
    raise ValueError(name)


def parse(line):
    return json.loads(line.decode("utf-8"), parse_constant=refuse_constant)


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def number(value):
    """An unsigned number of 64 bits, or None."""
    return value if type(value) is int and 0 <= value < 1 << 64 else None


# --- Merkle tree (RFC 6962) ---------------------------------------------------------------------------------------------


def leaf_hash(data):
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size):
    """The largest power of two below size."""
    return 1 << (size - 1).bit_length() - 1


def root_of_inclusion(proof, index, size, leaf):
    """The root that an audit path gives (RFC 9162, 2.1.3.2)."""
    if index >= size:
        return None
    fn, sn, node = index, size - 1, leaf
    for hash_ in proof:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            node = node_hash(hash_, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = node_hash(node, hash_)
        fn, sn = fn >> 1, sn >> 1
    return node if sn == 0 else None


def is_consistent(proof, old_size, old_root, new_size, new_root):
    """Whether the later tree begins with the earlier (RFC 9162, 2.1.4.2)."""
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if not proof:
        return False
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for hash_ in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old, new = node_hash(hash_, old), node_hash(hash_, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, hash_)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and old == old_root and new == new_root


class GrowingTree:
    """Keeps the roots of the complete subtrees only."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def push(self, leaf):
        size, node = self.size, leaf
        while size & 1:
            node, size = node_hash(self.peaks.pop(), node), size >> 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = node_hash(peak, node)
        return node


# --- Signed notes (C2SP) ----------------------------------------------------------------------------------------------


class Key:
    def __init__(self, line):
        bad = Fault(WRONG_KEY, None, "the key is no public key line")
        parts = line.split("+", 2)
        if len(parts) != 3 or not re.fullmatch(r"[0-9a-fA-F]{8}", parts[1]):
            raise bad
        self.line, self.name = line, parts[0]
        try:
            raw = base64.b64decode(parts[2], validate=True)
        except binascii.Error:
            raise bad from None
        self.id = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
        if len(raw) != 33 or raw[0] != 1 or self.id.hex() != parts[1].lower():
            raise bad
        self.public = Ed25519PublicKey.from_public_bytes(raw[1:])


class Head:
    def __init__(self, note, key):
        def altered(what):
            return Fault(ALTERED, None, what)

        none = altered("the checkpoint is no signed note")
        text, blank, signatures = note.rpartition("\n\n")
        if not blank or not signatures.endswith("\n") or any(c < " " and c != "\n" for c in note):
            raise none
        text += "\n"
        lines = signatures[:-1].split("\n")
        found = []
        for line in lines:
            match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)", line)
            if not match:
                raise none
            try:
                raw = base64.b64decode(match[2], validate=True)
            except binascii.Error:
                raise none from None
            if len(raw) < 5 or base64.b64encode(raw).decode() != match[2]:
                raise none
            found.append((match[1], raw[:4], raw[4:]))
        if len(found) != 1:
            raise altered("the checkpoint has more to it than one signature")
        name, key_id, signature = found[0]
        if (name, key_id) != (key.name, key.id):
            raise Fault(WRONG_KEY, None, "the checkpoint was signed with another key")
        try:
            key.public.verify(signature, text.encode("utf-8"))
        except InvalidSignature:
            raise altered("the checkpoint's signature does not hold") from None
        body = text.split("\n")
        if len(body) != 4 or not re.fullmatch(r"0|[1-9][0-9]*", body[1]) or body[0] != key.name:
            raise altered("the checkpoint is none")
        self.size, self.root = int(body[1]), base64.b64decode(body[2])


# --- The file ------------------------------------------------------------------------------------------------------------


class Lines:
    def __init__(self, file):
        self.file, self.at, self.kept = file, None, None

    def line(self):
        line = self.file.readline()
        if not line:
            return None
        if not line.endswith(b"\n"):
            raise Fault(INCOMPLETE, self.at, "the file ends in the middle of a line")
        return line[:-1]

    def ours(self):
        line = self.line()
        if line is None:
            return None
        altered = Fault(ALTERED, self.at, "the line after it is not as it was written")
        try:
            value = parse(line)
            if isinstance(value, dict) and canonical(value) == line:
                return value
        except (ValueError, RecursionError):
            pass
        raise altered

    def leaf(self, position):
        self.at = position
        line = self.line()
        if line is None:
            raise Fault(INCOMPLETE, position, "the event is missing")
        try:
            value = parse(line)
        except (ValueError, RecursionError):
            value = None
        return line, value if isinstance(value, dict) else {}


def of_kind(line, kind, members, optional=(), at=None):
    names = set(line) - {"konductro"}
    if line.get("konductro") != kind or not set(members) <= names <= set(members) | set(optional):
        raise Fault(ALTERED, at, f"a line that is not of kind {kind} follows")
    return line


def hashes(value):
    if not isinstance(value, list):
        return None
    if not all(isinstance(one, str) and re.fullmatch(r"[0-9a-f]{64}", one) for one in value):
        return None
    return [bytes.fromhex(one) for one in value]


def named_texts(value):
    """The texts that a payload names: each object of exactly a hash and a number of bytes."""
    if isinstance(value, dict):
        hash_, size = value.get("hash"), number(value.get("bytes"))
        if len(value) == 2 and isinstance(hash_, str) and HASH.fullmatch(hash_) and size is not None:
            yield hash_.lower(), size
            return
        for name in sorted(value):
            yield from named_texts(value[name])
    elif isinstance(value, list):
        for item in value:
            yield from named_texts(item)


class Export:
    def __init__(self, lines, key, since):
        self.lines, self.key = lines, key
        self.header()
        self.since = Head(since, key) if since is not None else None
        if self.since and self.since.size > self.head.size:
            raise Fault(ROLLED_BACK, None, "the log was longer when the earlier head was signed")
        self.earlier = None
        self.declaration()
        self.last = self.events = self.texts = self.erased = 0
        self.streams, self.named, self.told, self.erasures = {}, set(), set(), set()
        self.tree, self.root_at_since = GrowingTree(), None
        if self.since and self.since.size == 0:
            self.root_at_since = self.tree.root()

    def expect(self, what):
        line = self.lines.ours()
        if line is None:
            raise Fault(INCOMPLETE, None, f"{what} is missing")
        return line

    def header(self):
        line = of_kind(self.expect("the header"), "audit-export", ["format", "key"], ["project"])
        if number(line["format"]) != 1:
            raise Fault(ALTERED, None, "the format is unknown")
        if line["key"] != self.key.line:
            raise Fault(WRONG_KEY, None, "the export names another key")
        self.project = line.get("project")
        if "project" in line and not isinstance(self.project, str):
            raise Fault(ALTERED, None, "the project is no id")
        line = of_kind(self.expect("the checkpoint"), "checkpoint", ["checkpoint"])
        if not isinstance(line["checkpoint"], str):
            raise Fault(ALTERED, None, "the checkpoint is no text")
        self.head = Head(line["checkpoint"], self.key)

    def declaration(self):
        line = self.expect("the declaration")
        if line.get("konductro") == "earlier":
            of_kind(line, "earlier", ["checkpoint", "hashes"])
            no_proof = Fault(ALTERED, None, "the earlier head is not proven to be continued")
            if not isinstance(line["checkpoint"], str):
                raise no_proof
            self.earlier = Head(line["checkpoint"], self.key)
            proof = hashes(line["hashes"])
            if proof is None:
                raise no_proof
            if self.earlier.size == 0:
                if proof:
                    raise no_proof
            elif not is_consistent(proof, self.earlier.size, self.earlier.root, self.head.size, self.head.root):
                raise no_proof
            line = self.expect("the declaration")
        of_kind(line, "declaration", ["hashes", "position"])
        position = number(line["position"])
        if position is None:
            raise Fault(ALTERED, None, "the declaration has no position")
        raw, leaf = self.lines.leaf(position)
        self.proven(raw, position, line)
        payload = leaf.get("payload")
        payload = payload if isinstance(payload, dict) else {}
        counts = [number(payload.get(name)) for name in ("up_to", "events", "texts", "erased")]
        is_one = leaf.get("aggregate_type") == "workspace" and leaf.get("event_type") == "AuditExported"
        same = payload.get("project_id") == self.project
        if None in counts or not is_one or not same or counts[0] >= position:
            raise Fault(ALTERED, position, "the declaration is of another export")
        self.up_to, *self.declared = counts

    def proven(self, raw, position, line):
        leaf, proof = leaf_hash(raw), hashes(line["hashes"])
        root = None
        if proof is not None and position > 0:
            root = root_of_inclusion(proof, position - 1, self.head.size, leaf)
        if root is None or root != self.head.root:
            raise Fault(ALTERED, position, "the event is not what was signed")
        return leaf

    def run(self):
        while (line := self.lines.ours()) is not None:
            self.event(line)
        self.end()

    def event(self, line):
        of_kind(line, "event", ["hashes", "position"], at=self.last)
        position = number(line["position"])
        if position is None:
            raise Fault(ALTERED, self.last, "what comes next has no position")
        if position <= self.last:
            raise Fault(ALTERED, position, "the event stands after one that it comes before")
        if position > self.up_to:
            raise Fault(ALTERED, position, "the event is younger than the export")
        if self.project is None and position > self.last + 1:
            raise Fault(INCOMPLETE, self.last + 1, "the event is missing")
        self.last, self.events = position, self.events + 1
        raw, leaf = self.lines.leaf(position)
        hash_ = self.proven(raw, position, line)
        metadata = leaf.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        if self.project is not None and metadata.get("project") != self.project:
            raise Fault(ALTERED, position, "the event is of another project")
        self.follow(leaf, hash_, position)
        self.erasure(leaf, position)
        self.texts_of(leaf.get("payload"), position)
        if self.since and self.project is None and self.tree.size < self.since.size:
            self.tree.push(hash_)
            if self.tree.size == self.since.size:
                self.root_at_since = self.tree.root()

    def follow(self, leaf, hash_, position):
        kind, id_, sequence = leaf.get("aggregate_type"), leaf.get("aggregate_id"), number(leaf.get("sequence"))
        if not isinstance(kind, str) or not isinstance(id_, str) or sequence is None:
            raise Fault(ALTERED, position, "the event has no stream")
        if self.project is not None and kind == "workspace":
            return
        last, prev = self.streams.get((kind, id_), (0, NO_EVENT))
        if sequence > last + 1:
            raise Fault(INCOMPLETE, position, "an event before it in its stream is missing")
        if sequence <= last or leaf.get("prev_hash") != prev:
            raise Fault(ALTERED, position, "the event does not follow the one before in its stream")
        self.streams[kind, id_] = (sequence, hash_.hex())

    def erasure(self, leaf, position):
        if leaf.get("aggregate_type") != "workspace" or leaf.get("event_type") != "TextErased":
            return
        payload = leaf.get("payload")
        erased = payload.get("erased") if isinstance(payload, dict) else None
        if not isinstance(erased, str) or not HASH.fullmatch(erased):
            raise Fault(ALTERED, position, "the event does not say which text was erased")
        self.erasures.add((position, erased.lower()))

    def texts_of(self, payload, position):
        for hash_, size in named_texts(payload):
            if hash_ in self.named:
                continue
            self.named.add(hash_)
            line = self.lines.ours()
            kind = line.get("konductro") if line is not None else None
            if kind == "text":
                self.text(line, hash_, size, position)
            elif kind == "erased":
                of_kind(line, "erased", ["hash", "position"], at=position)
                by = number(line["position"])
                if line["hash"] != hash_ or by is None:
                    raise Fault(ALTERED, position, "what was erased is another text")
                self.told.add((by, hash_))
                self.erased += 1
            else:
                raise Fault(INCOMPLETE, position, f"its text {hash_} is missing")

    def text(self, line, hash_, size, position):
        of_kind(line, "text", ["body", "hash"], ["salt"], at=position)
        altered = Fault(ALTERED, position, f"its text {hash_} is not what it was")
        body, salt = line["body"], line.get("salt", "")
        if not isinstance(body, str) or not isinstance(salt, str) or not re.fullmatch(r"([0-9a-f]{2})*", salt):
            raise altered
        raw = body.encode("utf-8")
        found = hashlib.sha256(bytes.fromhex(salt) + raw).hexdigest()
        if line["hash"] != hash_ or found != hash_ or len(raw) != size:
            raise altered
        self.texts += 1

    def end(self):
        events, texts, erased = self.declared
        if self.events < events:
            following = self.last + 1 if self.project is None else None
            raise Fault(INCOMPLETE, following, f"{events - self.events} events are missing at the end")
        if self.events > events:
            raise Fault(ALTERED, self.last, "there are more events than were declared")
        for position, hash_ in sorted(self.told - self.erasures):
            raise Fault(ALTERED, position, f"no event says that text {hash_} was erased")
        if (self.texts, self.erased) != (texts, erased):
            raise Fault(ALTERED, None, "there are not as many texts as were declared")
        if self.since:
            self.continues()

    def continues(self):
        root = self.root_at_since
        if self.since.size == self.head.size:
            root = self.head.root
        elif self.earlier and self.earlier.size == self.since.size:
            root = self.earlier.root
        if root is None:
            raise Fault(INCOMPLETE, None, "nothing proves that the earlier head is continued")
        if root != self.since.root:
            raise Fault(ROLLED_BACK, None, "the log is not the continuation of the earlier head")


def verify(name, key_line, since):
    try:
        with open(name, "rb") as file:
            export = Export(Lines(file), Key(key_line), since)
            export.run()
    except Fault as fault:
        return {"file": name, "code": fault.code, "position": fault.position, "what": fault.what}
    what = f"{export.events} events, {export.texts} texts, {export.erased} erased"
    return {"file": name, "code": SOUND, "position": None, "what": what}


def main():
    parser = argparse.ArgumentParser(description="Verify audit exports, without a server.")
    parser.add_argument("--key", required=True)
    parser.add_argument("--since")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    since = None
    if arguments.since:
        with open(arguments.since, encoding="utf-8") as file:
            since = file.read()
    code = SOUND
    for name in arguments.files:
        verdict = verify(name, arguments.key, since)
        print(json.dumps(verdict), flush=True)
        code = code or verdict["code"]
    return code


if __name__ == "__main__":
    sys.exit(main())
