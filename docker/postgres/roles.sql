-- Run once, by the image, on an empty data volume. The same roles and databases as tools/stack creates natively.
CREATE ROLE reprise_write LOGIN PASSWORD 'reprise_write';
CREATE ROLE reprise_read LOGIN PASSWORD 'reprise_read';
CREATE ROLE event_store_reader NOLOGIN;
CREATE ROLE reprise_event_reader LOGIN PASSWORD 'reprise_event_reader' IN ROLE event_store_reader;

CREATE DATABASE reprise_write OWNER reprise_write;
CREATE DATABASE reprise_read OWNER reprise_read;

-- SELECT on the event store is granted to event_store_reader by the migration that creates it.
REVOKE CONNECT, TEMPORARY ON DATABASE reprise_write FROM PUBLIC;
GRANT CONNECT ON DATABASE reprise_write TO reprise_write, event_store_reader;
