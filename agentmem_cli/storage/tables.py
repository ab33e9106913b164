"""The SQL of every table, room by room. Text only: `schema.py` runs it.

Three tables are Agno's (`agno_sessions`, `agno_runs`, `agno_memories`), made here exactly as Agno 3.1
makes them, so that creating them needs neither Agno's import nor its race; a contract test compares the two.
The others stand beside them and are agentmem's own.
"""

from __future__ import annotations

AGNO_TABLES = """
CREATE TABLE agno_schema_versions (
    table_name VARCHAR NOT NULL, version VARCHAR NOT NULL, created_at VARCHAR NOT NULL, updated_at VARCHAR,
    PRIMARY KEY (table_name)
);
CREATE INDEX idx_agno_schema_versions_created_at ON agno_schema_versions (created_at);
CREATE TABLE agno_sessions (
    session_id VARCHAR NOT NULL, session_type VARCHAR NOT NULL, agent_id VARCHAR, team_id VARCHAR,
    workflow_id VARCHAR, user_id VARCHAR, session_data JSON, agent_data JSON, team_data JSON,
    workflow_data JSON, metadata JSON, summary JSON, created_at BIGINT NOT NULL, updated_at BIGINT,
    PRIMARY KEY (session_id)
);
CREATE INDEX idx_agno_sessions_session_type ON agno_sessions (session_type);
CREATE INDEX idx_agno_sessions_created_at ON agno_sessions (created_at);
CREATE TABLE agno_runs (
    run_id VARCHAR NOT NULL, session_id VARCHAR NOT NULL, run_type VARCHAR NOT NULL, agent_id VARCHAR,
    team_id VARCHAR, workflow_id VARCHAR, user_id VARCHAR, parent_run_id VARCHAR, status VARCHAR,
    run_index BIGINT, run_data JSON NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT,
    PRIMARY KEY (run_id),
    FOREIGN KEY(session_id) REFERENCES agno_sessions (session_id) ON DELETE CASCADE
);
CREATE INDEX idx_agno_runs_run_type ON agno_runs (run_type);
CREATE INDEX idx_agno_runs_team_id ON agno_runs (team_id);
CREATE INDEX idx_agno_runs_status ON agno_runs (status);
CREATE INDEX idx_agno_runs_session_id_run_index ON agno_runs (session_id, run_index);
CREATE INDEX idx_agno_runs_agent_id ON agno_runs (agent_id);
CREATE INDEX idx_agno_runs_workflow_id ON agno_runs (workflow_id);
CREATE INDEX idx_agno_runs_user_id ON agno_runs (user_id);
CREATE INDEX idx_agno_runs_created_at ON agno_runs (created_at);
CREATE INDEX idx_agno_runs_session_id ON agno_runs (session_id);
CREATE TABLE agno_memories (
    memory_id VARCHAR NOT NULL, memory JSON NOT NULL, input VARCHAR, agent_id VARCHAR, team_id VARCHAR,
    user_id VARCHAR, topics JSON, feedback VARCHAR, created_at BIGINT NOT NULL, updated_at BIGINT,
    PRIMARY KEY (memory_id)
);
CREATE INDEX idx_agno_memories_created_at ON agno_memories (created_at);
CREATE INDEX idx_agno_memories_updated_at ON agno_memories (updated_at);
CREATE INDEX idx_agno_memories_user_id ON agno_memories (user_id);
"""

SESSION_TABLES = """
-- The text index of the transcript: one row a message, rebuilt from agno_runs whenever it is out of step.
-- A number is never given again: a chat that is open knows a vector by it.
CREATE TABLE messages (
    message_id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    run_id TEXT NOT NULL REFERENCES agno_runs (run_id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    name TEXT,
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    imported_id TEXT
);
CREATE INDEX messages_of_run ON messages (run_id);
CREATE INDEX messages_of_session ON messages (session_id);
CREATE INDEX messages_of_user ON messages (user_id);
CREATE VIRTUAL TABLE messages_fts USING fts5(
    text, before, after, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER messages_leave_the_index AFTER DELETE ON messages BEGIN
    DELETE FROM messages_fts WHERE rowid = old.message_id;
END;
-- Numbered in the order they are made, so that a chat reads only what is new; float16, of length 1.
CREATE TABLE message_vectors (
    vector_number INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL UNIQUE REFERENCES messages (message_id) ON DELETE CASCADE,
    embedder TEXT NOT NULL,
    vector BLOB NOT NULL
);
-- Deleted sessions wait here, whole, until they are restored or purged.
CREATE TABLE trashed_sessions AS SELECT * FROM agno_sessions WHERE 0;
ALTER TABLE trashed_sessions ADD COLUMN trashed_at INTEGER;
CREATE UNIQUE INDEX trashed_session ON trashed_sessions (session_id);
CREATE TABLE trashed_runs AS SELECT * FROM agno_runs WHERE 0;
CREATE INDEX trashed_run ON trashed_runs (session_id);
-- Exchanges that were taken back wait here, each with the memory changes that went with it, until they are returned.
CREATE TABLE taken_back_runs AS SELECT * FROM agno_runs WHERE 0;
ALTER TABLE taken_back_runs ADD COLUMN memory_batches TEXT;
CREATE UNIQUE INDEX taken_back_run ON taken_back_runs (run_id);
CREATE INDEX taken_back_run_of_session ON taken_back_runs (session_id);
CREATE TRIGGER taken_back_runs_go_with_a_session AFTER DELETE ON agno_sessions
WHEN NOT EXISTS (SELECT 1 FROM trashed_sessions WHERE session_id = old.session_id) BEGIN
    DELETE FROM taken_back_runs WHERE session_id = old.session_id;
END;
CREATE TRIGGER taken_back_runs_go_with_the_trash AFTER DELETE ON trashed_sessions
WHEN NOT EXISTS (SELECT 1 FROM agno_sessions WHERE session_id = old.session_id) BEGIN
    DELETE FROM taken_back_runs WHERE session_id = old.session_id;
END;
-- Which run another one is a copy of: recall shows the words of the two once, and they are erased together.
CREATE TABLE forked_runs (run_id TEXT PRIMARY KEY, origin TEXT NOT NULL);
CREATE INDEX forks_of_run ON forked_runs (origin);
"""

IMPORT_TABLES = """
DROP INDEX messages_of_user;
CREATE INDEX messages_of_user ON messages (user_id, session_id);
-- Hashes of what was erased: another import of the same words leaves it out (see sessions/known_runs.py).
CREATE TABLE erased_keys (key TEXT PRIMARY KEY);
-- Runs of an account's export whose questions are still to be looked through for memories, in the order they came.
CREATE TABLE unmined_runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id TEXT NOT NULL,
    run_id TEXT NOT NULL UNIQUE REFERENCES agno_runs (run_id) ON DELETE CASCADE
);
"""

MEMORY_TABLES = """
-- Everything known of a memory that Agno's table has no column for, and the memories that are not active.
CREATE TABLE memory_details (
    memory_number INTEGER PRIMARY KEY AUTOINCREMENT,
    memory_id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    text TEXT NOT NULL,
    kind TEXT NOT NULL,
    topics TEXT NOT NULL,
    status TEXT NOT NULL,
    quote TEXT,
    session_id TEXT,
    run_id TEXT,
    said_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0,
    supersedes TEXT,
    superseded_by TEXT,
    valid_from INTEGER,
    valid_to INTEGER,
    replaces_perhaps TEXT,
    seen_count INTEGER NOT NULL DEFAULT 1,
    use_count INTEGER NOT NULL DEFAULT 0,
    last_used_at INTEGER,
    same_hash TEXT NOT NULL
);
CREATE INDEX memories_by_key ON memory_details (user_id, same_hash);
CREATE INDEX memories_of_user ON memory_details (user_id, status, said_at, memory_number);
CREATE INDEX memories_in_question ON memory_details (user_id, replaces_perhaps) WHERE replaces_perhaps IS NOT NULL;
CREATE VIRTUAL TABLE memories_fts USING fts5(text, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE TRIGGER memories_leave_the_index AFTER DELETE ON memory_details BEGIN
    DELETE FROM memories_fts WHERE rowid = old.memory_number;
END;
CREATE TABLE memory_vectors (
    vector_number INTEGER PRIMARY KEY AUTOINCREMENT,
    memory_number INTEGER NOT NULL UNIQUE REFERENCES memory_details (memory_number) ON DELETE CASCADE,
    embedder TEXT NOT NULL,
    vector BLOB NOT NULL
);
CREATE TRIGGER memories_lose_their_vector AFTER UPDATE OF text, status ON memory_details
WHEN old.text != new.text OR new.status != 'active' BEGIN
    DELETE FROM memory_vectors WHERE memory_number = old.memory_number;
END;
-- Append-only: what changed, by whom, when, and how it was before and after.
CREATE TABLE memory_ledger (
    entry_id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    memory_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    before TEXT,
    after TEXT
);
CREATE INDEX ledger_of_user ON memory_ledger (user_id, entry_id);
CREATE INDEX ledger_of_memory ON memory_ledger (memory_id);
"""

CAPTURE_TABLES = """
ALTER TABLE memory_details ADD COLUMN subject TEXT;
ALTER TABLE memory_details ADD COLUMN on_date TEXT;
ALTER TABLE memory_details ADD COLUMN until_date TEXT;
ALTER TABLE memory_details ADD COLUMN also_supersedes TEXT NOT NULL DEFAULT '[]';
-- The run that a change was captured from: one that only ends or forgets memories is known by nothing else.
ALTER TABLE memory_ledger ADD COLUMN run_id TEXT;
CREATE INDEX ledger_of_run ON memory_ledger (run_id) WHERE run_id IS NOT NULL;
UPDATE memory_ledger SET run_id = json_extract(after, '$.run_id') WHERE before IS NULL AND action <> 'undo';
-- What two texts share when they say the same is told in another way now: `memories/catch_up.py` hashes it anew.
UPDATE memory_details SET same_hash = '' WHERE text <> '(erased)';
-- What the person typed in a settled turn, until its memories are written. It stays while its run is taken back
-- or in the trash, and goes with it for good.
CREATE TABLE capture_queue (
    run_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    typed TEXT NOT NULL,
    at INTEGER NOT NULL,
    mode TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX captures_of_user ON capture_queue (user_id, at);
CREATE TRIGGER captures_go_with_a_run AFTER DELETE ON agno_runs
WHEN NOT EXISTS (SELECT 1 FROM trashed_runs WHERE run_id = old.run_id)
    AND NOT EXISTS (SELECT 1 FROM taken_back_runs WHERE run_id = old.run_id) BEGIN
    DELETE FROM capture_queue WHERE run_id = old.run_id;
END;
CREATE TRIGGER captures_go_with_a_trashed_run AFTER DELETE ON trashed_runs
WHEN NOT EXISTS (SELECT 1 FROM agno_runs WHERE run_id = old.run_id) BEGIN
    DELETE FROM capture_queue WHERE run_id = old.run_id;
END;
CREATE TRIGGER captures_go_with_a_run_taken_back AFTER DELETE ON taken_back_runs
WHEN NOT EXISTS (SELECT 1 FROM agno_runs WHERE run_id = old.run_id) BEGIN
    DELETE FROM capture_queue WHERE run_id = old.run_id;
END;
"""

WORD_COLUMNS = """
-- The words of each text, as `language/word_index.py` packs them; NULL until somebody does.
ALTER TABLE messages ADD COLUMN words BLOB;
-- Whether it is an answer of the offline look-up, which only quotes what stands elsewhere: recall passes it over.
ALTER TABLE messages ADD COLUMN looked_up INTEGER NOT NULL DEFAULT 0;
UPDATE messages SET looked_up = 1 WHERE role = 'assistant'
    AND run_id IN (SELECT run_id FROM agno_runs WHERE json_extract(run_data, '$.model') = 'offline');
ALTER TABLE memory_details ADD COLUMN words BLOB;
DROP TRIGGER messages_leave_the_index;
DROP TRIGGER memories_leave_the_index;
DROP TABLE messages_fts;
DROP TABLE memories_fts;
"""

VECTOR_TABLES = """
-- One person's messages in their order, for recall: without it every other user's were gone over too.
CREATE INDEX messages_in_order ON messages (user_id, looked_up);
CREATE INDEX messages_without_words ON messages (message_id) WHERE words IS NULL;
-- Vectors are numbered as their texts are, so that one person's are read in a moment; float16, of length 1.
CREATE TABLE older_message_vectors AS SELECT message_id, embedder, vector FROM message_vectors;
DROP TABLE message_vectors;
CREATE TABLE message_vectors (
    message_id INTEGER PRIMARY KEY REFERENCES messages (message_id) ON DELETE CASCADE,
    embedder TEXT NOT NULL,
    vector BLOB NOT NULL
);
INSERT INTO message_vectors SELECT message_id, embedder, vector FROM older_message_vectors ORDER BY message_id;
DROP TABLE older_message_vectors;
CREATE TABLE older_memory_vectors AS SELECT memory_number, embedder, vector FROM memory_vectors;
DROP TABLE memory_vectors;
CREATE TABLE memory_vectors (
    memory_number INTEGER PRIMARY KEY REFERENCES memory_details (memory_number) ON DELETE CASCADE,
    embedder TEXT NOT NULL,
    vector BLOB NOT NULL
);
INSERT INTO memory_vectors SELECT memory_number, embedder, vector FROM older_memory_vectors ORDER BY memory_number;
DROP TABLE older_memory_vectors;
"""

SCAN_TABLES = """
-- The page on which a passage ends, where that is another than the one it begins on.
ALTER TABLE passages ADD COLUMN last_page_index INTEGER;
-- Whether a page's text was read off its picture.
ALTER TABLE pages ADD COLUMN is_scan INTEGER NOT NULL DEFAULT 0;
-- Pages that are pictures, with what OCR made of each: a line of the reading child in JSON, NULL while it waits.
CREATE TABLE scanned_pages (
    document_id TEXT NOT NULL REFERENCES documents (document_id) ON DELETE CASCADE,
    page_index INTEGER NOT NULL,
    answer TEXT,
    PRIMARY KEY (document_id, page_index)
);
CREATE INDEX waiting_pages ON scanned_pages (document_id) WHERE answer IS NULL;
-- Which pages of these documents are pictures is not known: their files are read again at the next ingest.
UPDATE documents SET modified_ns = -1, sha256 = '' WHERE path LIKE '%.pdf' AND (status = 'no text'
    OR EXISTS (SELECT 1 FROM pages WHERE pages.document_id = documents.document_id AND text = ''));
"""

TAKEN_BACK_COLUMNS = """
-- In which order exchanges were taken back.
ALTER TABLE taken_back_runs ADD COLUMN number INTEGER;
UPDATE taken_back_runs SET number = rowid;
"""

ESSENTIAL_COLUMN = """
-- How likely a memory's text tells what must always be known of the person, 0 to 1; NULL until somebody judges it.
ALTER TABLE memory_details ADD COLUMN essential REAL;
"""

KNOWLEDGE_TABLES = """
CREATE TABLE documents (
    document_number INTEGER PRIMARY KEY,
    document_id TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    status TEXT NOT NULL,
    detail TEXT NOT NULL,
    ingested_at INTEGER NOT NULL
);
-- A document's name and first page: what tells one firm's annual report from another's.
CREATE VIRTUAL TABLE documents_fts USING fts5(
    title, text, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER documents_leave_the_index AFTER DELETE ON documents BEGIN
    DELETE FROM documents_fts WHERE rowid = old.document_number;
END;
CREATE TABLE pages (
    document_id TEXT NOT NULL REFERENCES documents (document_id) ON DELETE CASCADE,
    page_index INTEGER NOT NULL,
    label TEXT,
    text TEXT NOT NULL,
    PRIMARY KEY (document_id, page_index)
);
CREATE TABLE passages (
    passage_id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL REFERENCES documents (document_id) ON DELETE CASCADE,
    page_index INTEGER NOT NULL,
    position INTEGER NOT NULL,
    heading TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL,
    embedder TEXT,
    vector BLOB
);
CREATE INDEX passages_of_document ON passages (document_id, position);
CREATE VIRTUAL TABLE passages_fts USING fts5(
    title, heading, text, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER passages_leave_the_index AFTER DELETE ON passages BEGIN
    DELETE FROM passages_fts WHERE rowid = old.passage_id;
END;
-- The vectors of an embedder that is to replace the one in use, until there is one for every passage.
CREATE TABLE coming_vectors (
    passage_id INTEGER PRIMARY KEY REFERENCES passages (passage_id) ON DELETE CASCADE,
    embedder TEXT NOT NULL,
    vector BLOB NOT NULL
);
-- Which change of the passages the search index has seen (see knowledge/index.py), and the embedder in use.
CREATE TABLE knowledge_state (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
