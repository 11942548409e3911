-- Owners: they migrate and do nothing else.
CREATE ROLE reprise_write LOGIN PASSWORD_OF_ALL;
CREATE ROLE reprise_read LOGIN PASSWORD_OF_ALL;
CREATE ROLE reprise_recruiting LOGIN PASSWORD_OF_ALL;

-- Groups: the migrations give them their rights.
CREATE ROLE product_writer NOLOGIN;
CREATE ROLE recruiting_writer NOLOGIN;
CREATE ROLE outbox_publisher NOLOGIN;
CREATE ROLE event_store_reader NOLOGIN;
CREATE ROLE read_model_feeder NOLOGIN;

-- Logins: one for each process; projection-consumer and rebuild-job share theirs.
CREATE ROLE reprise_product_api LOGIN PASSWORD_OF_ALL IN ROLE product_writer;
CREATE ROLE reprise_recruiting_api LOGIN PASSWORD_OF_ALL IN ROLE recruiting_writer;
CREATE ROLE reprise_relay LOGIN PASSWORD_OF_ALL IN ROLE outbox_publisher;
CREATE ROLE reprise_event_reader LOGIN PASSWORD_OF_ALL IN ROLE event_store_reader;
CREATE ROLE reprise_feeder LOGIN PASSWORD_OF_ALL IN ROLE read_model_feeder;
GRANT pg_read_all_stats TO outbox_publisher;

CREATE DATABASE reprise_write OWNER reprise_write;
CREATE DATABASE reprise_read OWNER reprise_read;
CREATE DATABASE reprise_recruiting OWNER reprise_recruiting;
REVOKE CONNECT, TEMPORARY ON DATABASE reprise_write FROM PUBLIC;
REVOKE CONNECT, TEMPORARY ON DATABASE reprise_read FROM PUBLIC;
REVOKE CONNECT, TEMPORARY ON DATABASE reprise_recruiting FROM PUBLIC;
GRANT CONNECT ON DATABASE reprise_write TO product_writer, outbox_publisher, event_store_reader;
GRANT CONNECT ON DATABASE reprise_read TO read_model_feeder;
GRANT CONNECT ON DATABASE reprise_recruiting TO recruiting_writer, outbox_publisher, event_store_reader;
