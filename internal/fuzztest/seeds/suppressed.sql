-- pg2crdb:ignore-file integer-width -- known
-- pg2crdb:ignore serial, json-type -- reason
CREATE TABLE a (id SERIAL, b JSON); -- pg2crdb:ignore serial
/* pg2crdb:ignore-start money */
CREATE TABLE b (c MONEY /* pg2crdb:ignore money */, d
    -- pg2crdb:ignore xml
    XML);
-- pg2crdb:ignore-end
-- pg2crdb:ignore-end money
-- pg2crdb:ignore nosuch-rule
-- pg2crdb: ignore serial
-- pg2crdb:disable
-- pg2crdb:ignore-start serial
