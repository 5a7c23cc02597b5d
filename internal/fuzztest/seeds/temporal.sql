CREATE TABLE executions_visibility (
  namespace_id         CHAR(64) NOT NULL,
  run_id               CHAR(64) NOT NULL,
  start_time           TIMESTAMP NOT NULL,
  close_time           TIMESTAMP NULL,
  search_attributes    JSONB NULL,
  TemporalChangeVersion JSONB GENERATED ALWAYS AS (search_attributes->'TemporalChangeVersion') STORED,
  BuildIds JSONB GENERATED ALWAYS AS (search_attributes->'BuildIds') STORED,
  Text01 TSVECTOR GENERATED ALWAYS AS ((search_attributes->>'Text01')::tsvector) STORED,
  Datetime01 TIMESTAMP GENERATED ALWAYS AS (convert_ts(search_attributes->>'Datetime01')) STORED,
  PRIMARY KEY (namespace_id, run_id)
);
CREATE INDEX by_close ON executions_visibility (namespace_id, (COALESCE(close_time, CAST('9999-12-31 23:59:59' AS TIMESTAMP))) DESC, run_id);
CREATE INDEX by_text ON executions_visibility USING GIN (namespace_id, Text01);
CREATE INDEX by_json ON executions_visibility USING GIN (namespace_id, BuildIds jsonb_path_ops);
DO $$ BEGIN ALTER TABLE executions_visibility ADD COLUMN x INT; END $$;
DROP INDEX by_json;
INSERT INTO schema_version (a) VALUES (1);
