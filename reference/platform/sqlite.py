"""A platform's state in a file: what was acknowledged is there again after a restart, were the process killed in the middle.

One transaction per request, committed to disk before the answer leaves. Random ids are not kept: a platform that goes on
draws them from fresh entropy, so none is issued twice. Exchanges are not kept either; they are evidence, not state.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from reference.identity import Identity
from reference.machines import Entity
from reference.platform.bills import BillFile
from reference.platform.core import Platform
from reference.platform.outbox import Notice
from reference.platform.world import World

__all__ = ["StateError", "StateFile"]

_OURS = 0x57584346
"""The application_id of our files: "WXCF"."""
_SCHEMA = 1
_TABLES = """
    CREATE TABLE entity (kind TEXT, owner TEXT, number TEXT, content TEXT NOT NULL, PRIMARY KEY (kind, owner, number));
    CREATE TABLE notice (id TEXT PRIMARY KEY, content TEXT NOT NULL);
    CREATE TABLE file (token TEXT PRIMARY KEY, mchid TEXT NOT NULL, until INTEGER NOT NULL, data BLOB NOT NULL);
    CREATE TABLE fact (name TEXT PRIMARY KEY, content TEXT NOT NULL);
"""
_ENTITY = "INSERT INTO entity VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET content = excluded.content"
_NOTICE = "INSERT INTO notice VALUES (?, ?) ON CONFLICT DO UPDATE SET content = excluded.content"
_FACT = "INSERT INTO fact VALUES (?, ?) ON CONFLICT DO UPDATE SET content = excluded.content"
_WORLD_FACTS = ("offset", "rotated", "rate_limit", "losses", "balances", "code_plans")


class StateError(ValueError):
    """A state file cannot be used; the message names the file, what is wrong and the remedy."""


class StateFile:
    """The state of one platform in *path*, made if missing. *identity* must be that of the merchants whose orders it holds.

    The file belongs to this object until `close` or the end of the process, however it ends.
    Raises StateError for a file in use, of another program, of a newer version, damaged, or of other merchants.
    """

    def __init__(self, path: Path, identity: Identity) -> None:
        self._path = path
        self._facts = ""
        self._tokens: frozenset[str] = frozenset()
        with self._explained():
            self._database = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
            try:
                self._open(sorted(merchant.mchid for merchant in identity.merchants))
            except BaseException:
                self._database.close()
                raise

    def restore(self, platform: Platform) -> None:
        """Give an empty *platform* everything the file holds, and be its journal from now on."""
        with self._explained():
            platform.take_over(self._entities(), self._notices())
            for name, value in json.loads(self._fact("world") or "{}").items():
                setattr(platform, name, value)
            rows = self._database.execute("SELECT token, mchid, until, data FROM file")
            platform.files = {token: BillFile(mchid, data, until) for token, mchid, until, data in rows}
        self._tokens = frozenset(platform.files)
        platform.journal = self

    def write(self, platform: World) -> None:
        """Commit what changed to disk; without a change nothing is touched."""
        world = json.dumps({name: getattr(platform, name) for name in _WORLD_FACTS})
        tokens = frozenset(platform.files)
        if not (platform.store.touched or platform.touched_notices or world != self._facts or tokens != self._tokens):
            return
        with self._transaction() as database:
            database.executemany(_ENTITY, [(*key, _content(entity)) for key, entity in platform.store.touched.items()])
            database.executemany(_NOTICE, [(notice.id, _content(notice)) for notice in platform.touched_notices.values()])
            database.executemany("DELETE FROM file WHERE token = ?", [(token,) for token in self._tokens - tokens])
            files = [(token, platform.files[token]) for token in tokens - self._tokens]
            database.executemany(
                "INSERT INTO file VALUES (?, ?, ?, ?)", [(token, file.mchid, file.until, file.data) for token, file in files]
            )
            if world != self._facts:
                database.execute(_FACT, ("world", world))
        self._facts, self._tokens = world, tokens

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _open(self, mchids: list[str]) -> None:
        ours, schema = (self._database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        empty = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if ours != _OURS and not (empty and ours == 0):
            raise StateError(f"{self._path} is a database of another program. Name a file of your own with --state.")
        if schema > _SCHEMA:
            raise StateError(
                f"{self._path} was written by a newer version (schema {schema}; this one reads {_SCHEMA}). Upgrade, or name another file."
            )
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
            self._database.execute(f"PRAGMA {pragma}")
        if empty:
            self._create(mchids)
        if self._database.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise self._damaged("its pages do not fit together")
        kept = json.loads(self._fact("mchids") or "null")
        if kept != mchids:
            raise StateError(
                f"{self._path} holds the orders of {kept}; this identity is {mchids}.\n"
                "Give --identity the folder it was written with, or name another file with --state."
            )

    def _create(self, mchids: list[str]) -> None:
        with self._transaction() as database:
            for statement in _TABLES.split(";"):
                database.execute(statement)
            database.execute(_FACT, ("mchids", json.dumps(mchids)))
            database.execute(f"PRAGMA application_id = {_OURS}")
            database.execute(f"PRAGMA user_version = {_SCHEMA}")

    def _entities(self) -> Iterator[Entity]:
        # The order of first saving is the order of rowids: an update keeps the row.
        for (content,) in self._database.execute("SELECT content FROM entity ORDER BY rowid"):
            yield Entity(**json.loads(content))

    def _notices(self) -> Iterator[Notice]:
        for (content,) in self._database.execute("SELECT content FROM notice ORDER BY rowid"):
            yield Notice(**json.loads(content))

    def _fact(self, name: str) -> str | None:
        row = self._database.execute("SELECT content FROM fact WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StateError(f"{self._path} is in use by another server. Stop that one, or name another file with --state.") from error
            raise StateError(f"{self._path} cannot be used as a state file: {error}. Name a file in a folder you may write to.") from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(str(error)) from error
        except (TypeError, KeyError, json.JSONDecodeError) as error:
            raise self._damaged(f"{type(error).__name__}: {error}") from error

    def _damaged(self, why: str) -> StateError:
        return StateError(
            f"{self._path} is damaged, or no state file at all ({why}).\nMove it away to start empty, or name another file with --state."
        )


def _content(kept: Entity | Notice) -> str:
    values: dict[str, Any] = {item.name: getattr(kept, item.name) for item in fields(kept)}
    return json.dumps(values, separators=(",", ":"))
