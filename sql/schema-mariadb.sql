-- Printed by `lticontainer db schema mariadb`; not to be edited.
-- Run `lticontainer db upgrade` afterwards: it notes the version, and makes what is missing.

CREATE TABLE lticontainer_audit (
    id BIGINT NOT NULL AUTO_INCREMENT,
    began_at BIGINT NOT NULL DEFAULT '0',
    ended_at BIGINT,
    caller VARCHAR(64) NOT NULL DEFAULT '',
    caller_name VARCHAR(255) NOT NULL DEFAULT '',
    on_behalf VARCHAR(255) NOT NULL DEFAULT '',
    action VARCHAR(64) NOT NULL DEFAULT '',
    host VARCHAR(255) NOT NULL DEFAULT '',
    course BIGINT NOT NULL DEFAULT '0',
    object TEXT NOT NULL,
    state VARCHAR(16) NOT NULL DEFAULT '',
    result TEXT NOT NULL,
    CONSTRAINT pk_lticontainer_audit PRIMARY KEY (id)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE INDEX ix_lticontainer_audit_began_at ON lticontainer_audit (began_at);

CREATE INDEX ix_lticontainer_audit_course ON lticontainer_audit (course);

CREATE TABLE lticontainer_bindings (
    session VARCHAR(128) NOT NULL,
    owner VARCHAR(64) NOT NULL DEFAULT '',
    username VARCHAR(255) NOT NULL DEFAULT '',
    CONSTRAINT pk_lticontainer_bindings PRIMARY KEY (session)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_client_data (
    id BIGINT NOT NULL AUTO_INCREMENT,
    session VARCHAR(128) NOT NULL DEFAULT '',
    message VARCHAR(128) NOT NULL DEFAULT '',
    cell_id VARCHAR(128) NOT NULL DEFAULT '',
    filename VARCHAR(255) NOT NULL DEFAULT '',
    date VARCHAR(64) NOT NULL DEFAULT '',
    updatetm BIGINT NOT NULL DEFAULT '0',
    CONSTRAINT pk_lticontainer_client_data PRIMARY KEY (id)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

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
    ok BIGINT NOT NULL DEFAULT '0',
    error BIGINT NOT NULL DEFAULT '0',
    CONSTRAINT pk_lticontainer_counts PRIMARY KEY (course, unit_us, username, codenum, filename, lti_id, inst_id)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_course_rules (
    course BIGINT NOT NULL,
    records INTEGER NOT NULL DEFAULT '1',
    keep_days BIGINT,
    changed_at BIGINT NOT NULL DEFAULT '0',
    CONSTRAINT pk_lticontainer_course_rules PRIMARY KEY (course)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_cursors (
    source VARCHAR(64) NOT NULL,
    part VARCHAR(32) NOT NULL,
    last_id BIGINT NOT NULL DEFAULT '0',
    CONSTRAINT pk_lticontainer_cursors PRIMARY KEY (source, part)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_epochs (
    name VARCHAR(32) NOT NULL,
    value BIGINT NOT NULL DEFAULT '0',
    CONSTRAINT pk_lticontainer_epochs PRIMARY KEY (name)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_executions (
    id BIGINT NOT NULL AUTO_INCREMENT,
    session VARCHAR(128) NOT NULL DEFAULT '',
    message VARCHAR(128) NOT NULL DEFAULT '',
    course BIGINT NOT NULL DEFAULT '0',
    inst_id BIGINT NOT NULL DEFAULT '0',
    lti_id BIGINT NOT NULL DEFAULT '0',
    username VARCHAR(255) NOT NULL DEFAULT '',
    filename VARCHAR(255) NOT NULL DEFAULT '',
    codenum VARCHAR(32) NOT NULL DEFAULT '',
    cell_id VARCHAR(128) NOT NULL DEFAULT '',
    status VARCHAR(32) NOT NULL DEFAULT '',
    asked_us BIGINT,
    answered_us BIGINT,
    duration_us BIGINT GENERATED ALWAYS AS (CASE WHEN answered_us >= asked_us AND answered_us - asked_us <= 86400000000 THEN answered_us - asked_us END) VIRTUAL,
    slot_us BIGINT GENERATED ALWAYS AS (CASE WHEN asked_us IS NOT NULL THEN answered_us - answered_us % 1200000000 END) VIRTUAL,
    CONSTRAINT pk_lticontainer_executions PRIMARY KEY (id),
    CONSTRAINT uq_lticontainer_executions_session_message UNIQUE (session, message)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE INDEX ix_lticontainer_executions_charts ON lticontainer_executions (course, slot_us, username, answered_us, codenum, status, filename, lti_id, inst_id, asked_us);

CREATE INDEX ix_lticontainer_executions_course ON lticontainer_executions (course);

CREATE TABLE lticontainer_hosts (
    id BIGINT NOT NULL AUTO_INCREMENT,
    name VARCHAR(63) NOT NULL DEFAULT '',
    engine VARCHAR(16) NOT NULL DEFAULT '',
    address VARCHAR(255) NOT NULL DEFAULT '',
    port BIGINT NOT NULL DEFAULT '0',
    username VARCHAR(255) NOT NULL DEFAULT '',
    socket VARCHAR(255) NOT NULL DEFAULT '',
    key_file VARCHAR(1024) NOT NULL DEFAULT '',
    password TEXT NOT NULL,
    host_key TEXT NOT NULL,
    courses TEXT,
    created_at BIGINT NOT NULL DEFAULT '0',
    CONSTRAINT pk_lticontainer_hosts PRIMARY KEY (id),
    CONSTRAINT uq_lticontainer_hosts_name UNIQUE (name)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_login_codes (
    code_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    sealed TEXT NOT NULL,
    expires_at BIGINT NOT NULL DEFAULT '0',
    CONSTRAINT pk_lticontainer_login_codes PRIMARY KEY (code_hash)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_ltis (
    lti_id BIGINT NOT NULL,
    course BIGINT NOT NULL DEFAULT '0',
    inst_id BIGINT NOT NULL DEFAULT '0',
    name VARCHAR(255) NOT NULL DEFAULT '',
    registered_at BIGINT,
    CONSTRAINT pk_lticontainer_ltis PRIMARY KEY (lti_id)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_marks (
    mark BINARY(28) NOT NULL,
    CONSTRAINT pk_lticontainer_marks PRIMARY KEY (mark)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_pseudonym_keys (
    course BIGINT NOT NULL,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL DEFAULT '0',
    CONSTRAINT pk_lticontainer_pseudonym_keys PRIMARY KEY (course)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_rejects (
    id BIGINT NOT NULL AUTO_INCREMENT,
    received_at BIGINT NOT NULL DEFAULT '0',
    caller VARCHAR(64) NOT NULL DEFAULT '',
    coverage TEXT NOT NULL,
    protocol VARCHAR(16) NOT NULL DEFAULT '',
    `function` VARCHAR(100) NOT NULL DEFAULT '',
    code VARCHAR(32) NOT NULL DEFAULT '',
    reason TEXT NOT NULL,
    session VARCHAR(128) NOT NULL DEFAULT '',
    username VARCHAR(255) NOT NULL DEFAULT '',
    whole INTEGER NOT NULL DEFAULT '0',
    raw LONGBLOB NOT NULL,
    text_digest VARCHAR(32) NOT NULL DEFAULT '',
    CONSTRAINT pk_lticontainer_rejects PRIMARY KEY (id)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE INDEX ix_lticontainer_rejects_caller ON lticontainer_rejects (caller);

CREATE INDEX ix_lticontainer_rejects_session ON lticontainer_rejects (session);

CREATE INDEX ix_lticontainer_rejects_text_digest ON lticontainer_rejects (text_digest);

CREATE TABLE lticontainer_rosters (
    course BIGINT NOT NULL,
    username VARCHAR(255) NOT NULL,
    CONSTRAINT pk_lticontainer_rosters PRIMARY KEY (course, username)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_server_data (
    id BIGINT NOT NULL AUTO_INCREMENT,
    session VARCHAR(128) NOT NULL DEFAULT '',
    message VARCHAR(128) NOT NULL DEFAULT '',
    status VARCHAR(32) NOT NULL DEFAULT '',
    username VARCHAR(255) NOT NULL DEFAULT '',
    date VARCHAR(64) NOT NULL DEFAULT '',
    updatetm BIGINT NOT NULL DEFAULT '0',
    CONSTRAINT pk_lticontainer_server_data PRIMARY KEY (id)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE INDEX ix_lticontainer_server_data_session ON lticontainer_server_data (session);

CREATE TABLE lticontainer_session (
    id BIGINT NOT NULL AUTO_INCREMENT,
    session VARCHAR(128) NOT NULL DEFAULT '',
    course BIGINT NOT NULL DEFAULT '0',
    inst_id BIGINT NOT NULL DEFAULT '0',
    lti_id BIGINT NOT NULL DEFAULT '0',
    updatetm BIGINT NOT NULL DEFAULT '0',
    CONSTRAINT pk_lticontainer_session PRIMARY KEY (id),
    CONSTRAINT uq_lticontainer_session_session UNIQUE (session)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE INDEX ix_lticontainer_session_lti_id ON lticontainer_session (lti_id);

CREATE TABLE lticontainer_tags (
    id BIGINT NOT NULL AUTO_INCREMENT,
    cell_id VARCHAR(128) NOT NULL DEFAULT '',
    tags MEDIUMTEXT NOT NULL,
    filename VARCHAR(255) NOT NULL DEFAULT '',
    codenum VARCHAR(32) NOT NULL DEFAULT '',
    updatetm BIGINT NOT NULL DEFAULT '0',
    CONSTRAINT pk_lticontainer_tags PRIMARY KEY (id),
    CONSTRAINT uq_lticontainer_tags_cell_id_filename UNIQUE (cell_id, filename)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_token_counters (
    inst_id BIGINT NOT NULL,
    lti_id BIGINT NOT NULL,
    counter BIGINT NOT NULL DEFAULT '0',
    CONSTRAINT pk_lticontainer_token_counters PRIMARY KEY (inst_id, lti_id)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_tokens (
    id BIGINT NOT NULL AUTO_INCREMENT,
    name VARCHAR(100) NOT NULL DEFAULT '',
    token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    scopes TEXT NOT NULL,
    courses TEXT,
    networks TEXT,
    created_at BIGINT NOT NULL DEFAULT '0',
    expires_at BIGINT,
    revoked_at BIGINT,
    CONSTRAINT pk_lticontainer_tokens PRIMARY KEY (id),
    CONSTRAINT uq_lticontainer_tokens_token_hash UNIQUE (token_hash)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE lticontainer_unregistered_ltis (
    lti_id BIGINT NOT NULL,
    course BIGINT NOT NULL DEFAULT '0',
    unregistered_at BIGINT NOT NULL DEFAULT '0',
    CONSTRAINT pk_lticontainer_unregistered_ltis PRIMARY KEY (lti_id)
) ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin;
