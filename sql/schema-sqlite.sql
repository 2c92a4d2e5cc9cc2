-- Printed by `lticontainer db schema sqlite`; not to be edited.
-- Run `lticontainer db upgrade` afterwards: it notes the version, and makes what is missing.

CREATE TABLE lticontainer_audit (
    id INTEGER NOT NULL,
    began_at BIGINT DEFAULT '0' NOT NULL,
    ended_at BIGINT,
    caller VARCHAR(64) DEFAULT '' NOT NULL,
    caller_name VARCHAR(255) DEFAULT '' NOT NULL,
    on_behalf VARCHAR(255) DEFAULT '' NOT NULL,
    action VARCHAR(64) DEFAULT '' NOT NULL,
    host VARCHAR(255) DEFAULT '' NOT NULL,
    course BIGINT DEFAULT '0' NOT NULL,
    object TEXT NOT NULL,
    state VARCHAR(16) DEFAULT '' NOT NULL,
    result TEXT NOT NULL,
    CONSTRAINT pk_lticontainer_audit PRIMARY KEY (id)
);

CREATE INDEX ix_lticontainer_audit_began_at ON lticontainer_audit (began_at);

CREATE INDEX ix_lticontainer_audit_course ON lticontainer_audit (course);

CREATE TABLE lticontainer_bindings (
    session VARCHAR(128) NOT NULL,
    owner VARCHAR(64) DEFAULT '' NOT NULL,
    username VARCHAR(255) DEFAULT '' NOT NULL,
    CONSTRAINT pk_lticontainer_bindings PRIMARY KEY (session)
);

CREATE TABLE lticontainer_client_data (
    id INTEGER NOT NULL,
    session VARCHAR(128) DEFAULT '' NOT NULL,
    message VARCHAR(128) DEFAULT '' NOT NULL,
    cell_id VARCHAR(128) DEFAULT '' NOT NULL,
    filename VARCHAR(255) DEFAULT '' NOT NULL,
    date VARCHAR(64) DEFAULT '' NOT NULL,
    updatetm BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_lticontainer_client_data PRIMARY KEY (id)
);

CREATE INDEX ix_lticontainer_client_data_cell_id ON lticontainer_client_data (cell_id);

CREATE INDEX ix_lticontainer_client_data_session_message ON lticontainer_client_data (session, message);

CREATE TABLE lticontainer_counts (
    course BIGINT NOT NULL,
    unit_us BIGINT NOT NULL,
    username VARCHAR(255) NOT NULL,
    codenum VARCHAR(32) NOT NULL,
    filename VARCHAR(255) NOT NULL,
    lti_id BIGINT NOT NULL,
    inst_id BIGINT NOT NULL,
    ok BIGINT DEFAULT '0' NOT NULL,
    error BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_lticontainer_counts PRIMARY KEY (course, unit_us, username, codenum, filename, lti_id, inst_id)
)
 WITHOUT ROWID;

CREATE TABLE lticontainer_course_rules (
    course BIGINT NOT NULL,
    records INTEGER DEFAULT '1' NOT NULL,
    keep_days BIGINT,
    changed_at BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_lticontainer_course_rules PRIMARY KEY (course)
);

CREATE TABLE lticontainer_cursors (
    source VARCHAR(64) NOT NULL,
    part VARCHAR(32) NOT NULL,
    last_id BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_lticontainer_cursors PRIMARY KEY (source, part)
);

CREATE TABLE lticontainer_epochs (
    name VARCHAR(32) NOT NULL,
    value BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_lticontainer_epochs PRIMARY KEY (name)
);

CREATE TABLE lticontainer_executions (
    id INTEGER NOT NULL,
    session VARCHAR(128) DEFAULT '' NOT NULL,
    message VARCHAR(128) DEFAULT '' NOT NULL,
    course BIGINT DEFAULT '0' NOT NULL,
    inst_id BIGINT DEFAULT '0' NOT NULL,
    lti_id BIGINT DEFAULT '0' NOT NULL,
    username VARCHAR(255) DEFAULT '' NOT NULL,
    filename VARCHAR(255) DEFAULT '' NOT NULL,
    codenum VARCHAR(32) DEFAULT '' NOT NULL,
    cell_id VARCHAR(128) DEFAULT '' NOT NULL,
    status VARCHAR(32) DEFAULT '' NOT NULL,
    asked_us BIGINT,
    answered_us BIGINT,
    duration_us BIGINT GENERATED ALWAYS AS (CASE WHEN answered_us >= asked_us AND answered_us - asked_us <= 86400000000 THEN answered_us - asked_us END) VIRTUAL,
    slot_us BIGINT GENERATED ALWAYS AS (CASE WHEN asked_us IS NOT NULL THEN answered_us - answered_us % 1200000000 END) VIRTUAL,
    CONSTRAINT pk_lticontainer_executions PRIMARY KEY (id),
    CONSTRAINT uq_lticontainer_executions_session_message UNIQUE (session, message)
);

CREATE INDEX ix_lticontainer_executions_charts ON lticontainer_executions (course, slot_us, username, answered_us, codenum, status, filename, lti_id, inst_id, asked_us) WHERE slot_us IS NOT NULL;

CREATE INDEX ix_lticontainer_executions_course ON lticontainer_executions (course);

CREATE TABLE lticontainer_hosts (
    id INTEGER NOT NULL,
    name VARCHAR(63) DEFAULT '' NOT NULL,
    engine VARCHAR(16) DEFAULT '' NOT NULL,
    address VARCHAR(255) DEFAULT '' NOT NULL,
    port BIGINT DEFAULT '0' NOT NULL,
    username VARCHAR(255) DEFAULT '' NOT NULL,
    socket VARCHAR(255) DEFAULT '' NOT NULL,
    key_file VARCHAR(1024) DEFAULT '' NOT NULL,
    password TEXT NOT NULL,
    host_key TEXT NOT NULL,
    courses TEXT,
    created_at BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_lticontainer_hosts PRIMARY KEY (id),
    CONSTRAINT uq_lticontainer_hosts_name UNIQUE (name)
);

CREATE TABLE lticontainer_login_codes (
    code_hash VARCHAR(64) NOT NULL,
    sealed TEXT NOT NULL,
    expires_at BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_lticontainer_login_codes PRIMARY KEY (code_hash)
);

CREATE TABLE lticontainer_ltis (
    lti_id BIGINT NOT NULL,
    course BIGINT DEFAULT '0' NOT NULL,
    inst_id BIGINT DEFAULT '0' NOT NULL,
    name VARCHAR(255) DEFAULT '' NOT NULL,
    registered_at BIGINT,
    CONSTRAINT pk_lticontainer_ltis PRIMARY KEY (lti_id)
);

CREATE TABLE lticontainer_marks (
    mark BLOB NOT NULL,
    CONSTRAINT pk_lticontainer_marks PRIMARY KEY (mark)
);

CREATE TABLE lticontainer_pseudonym_keys (
    course BIGINT NOT NULL,
    sealed TEXT NOT NULL,
    created_at BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_lticontainer_pseudonym_keys PRIMARY KEY (course)
);

CREATE TABLE lticontainer_rejects (
    id INTEGER NOT NULL,
    received_at BIGINT DEFAULT '0' NOT NULL,
    caller VARCHAR(64) DEFAULT '' NOT NULL,
    coverage TEXT NOT NULL,
    protocol VARCHAR(16) DEFAULT '' NOT NULL,
    function VARCHAR(100) DEFAULT '' NOT NULL,
    code VARCHAR(32) DEFAULT '' NOT NULL,
    reason TEXT NOT NULL,
    session VARCHAR(128) DEFAULT '' NOT NULL,
    username VARCHAR(255) DEFAULT '' NOT NULL,
    whole INTEGER DEFAULT '0' NOT NULL,
    raw BLOB NOT NULL,
    text_digest VARCHAR(32) DEFAULT '' NOT NULL,
    CONSTRAINT pk_lticontainer_rejects PRIMARY KEY (id)
);

CREATE INDEX ix_lticontainer_rejects_caller ON lticontainer_rejects (caller);

CREATE INDEX ix_lticontainer_rejects_session ON lticontainer_rejects (session);

CREATE INDEX ix_lticontainer_rejects_text_digest ON lticontainer_rejects (text_digest);

CREATE TABLE lticontainer_rosters (
    course BIGINT NOT NULL,
    username VARCHAR(255) NOT NULL,
    CONSTRAINT pk_lticontainer_rosters PRIMARY KEY (course, username)
);

CREATE TABLE lticontainer_server_data (
    id INTEGER NOT NULL,
    session VARCHAR(128) DEFAULT '' NOT NULL,
    message VARCHAR(128) DEFAULT '' NOT NULL,
    status VARCHAR(32) DEFAULT '' NOT NULL,
    username VARCHAR(255) DEFAULT '' NOT NULL,
    date VARCHAR(64) DEFAULT '' NOT NULL,
    updatetm BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_lticontainer_server_data PRIMARY KEY (id)
);

CREATE INDEX ix_lticontainer_server_data_session ON lticontainer_server_data (session);

CREATE TABLE lticontainer_session (
    id INTEGER NOT NULL,
    session VARCHAR(128) DEFAULT '' NOT NULL,
    course BIGINT DEFAULT '0' NOT NULL,
    inst_id BIGINT DEFAULT '0' NOT NULL,
    lti_id BIGINT DEFAULT '0' NOT NULL,
    updatetm BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_lticontainer_session PRIMARY KEY (id),
    CONSTRAINT uq_lticontainer_session_session UNIQUE (session)
);

CREATE INDEX ix_lticontainer_session_lti_id ON lticontainer_session (lti_id);

CREATE TABLE lticontainer_tags (
    id INTEGER NOT NULL,
    cell_id VARCHAR(128) DEFAULT '' NOT NULL,
    tags TEXT NOT NULL,
    filename VARCHAR(255) DEFAULT '' NOT NULL,
    codenum VARCHAR(32) DEFAULT '' NOT NULL,
    updatetm BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_lticontainer_tags PRIMARY KEY (id),
    CONSTRAINT uq_lticontainer_tags_cell_id_filename UNIQUE (cell_id, filename)
);

CREATE TABLE lticontainer_token_counters (
    inst_id BIGINT NOT NULL,
    lti_id BIGINT NOT NULL,
    counter BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_lticontainer_token_counters PRIMARY KEY (inst_id, lti_id)
);

CREATE TABLE lticontainer_tokens (
    id INTEGER NOT NULL,
    name VARCHAR(100) DEFAULT '' NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    scopes TEXT NOT NULL,
    courses TEXT,
    networks TEXT,
    created_at BIGINT DEFAULT '0' NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    CONSTRAINT pk_lticontainer_tokens PRIMARY KEY (id),
    CONSTRAINT uq_lticontainer_tokens_token_hash UNIQUE (token_hash)
);

CREATE TABLE lticontainer_unregistered_ltis (
    lti_id BIGINT NOT NULL,
    course BIGINT DEFAULT '0' NOT NULL,
    unregistered_at BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_lticontainer_unregistered_ltis PRIMARY KEY (lti_id)
);
