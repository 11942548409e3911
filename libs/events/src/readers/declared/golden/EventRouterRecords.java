import com.fasterxml.jackson.databind.ObjectMapper;
import io.debezium.transforms.outbox.EventRouter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;
import org.apache.kafka.connect.storage.SimpleHeaderConverter;
import org.apache.kafka.connect.storage.StringConverter;

/**
 * Sends the rows of an outbox table through Debezium's event router and Kafka Connect's converters, and writes the records that
 * come out: one file for each configuration, one JSON object for each record.
 */
public class EventRouterRecords {
  static final Schema ROW = SchemaBuilder.struct().name("server.shop.outbox.Value")
      .field("id", SchemaBuilder.string().name("io.debezium.data.Uuid").version(1).build())
      .field("aggregatetype", Schema.STRING_SCHEMA)
      .field("aggregateid", Schema.STRING_SCHEMA)
      .field("type", Schema.STRING_SCHEMA)
      .field("payload", SchemaBuilder.string().optional().name("io.debezium.data.Json").version(1).build())
      .field("version", Schema.INT64_SCHEMA)
      .field("occurredat", SchemaBuilder.string().name("io.debezium.time.ZonedTimestamp").version(1).build())
      .field("createdat", SchemaBuilder.int64().name("io.debezium.time.MicroTimestamp").version(1).build())
      .optional().build();
  static final Schema SOURCE = SchemaBuilder.struct().name("io.debezium.connector.postgresql.Source")
      .field("table", Schema.STRING_SCHEMA).build();
  static final Schema CHANGE = SchemaBuilder.struct().name("server.shop.outbox.Envelope").version(2)
      .field("before", ROW).field("after", ROW).field("source", SOURCE)
      .field("op", Schema.STRING_SCHEMA).field("ts_ms", Schema.OPTIONAL_INT64_SCHEMA).build();

  /** Columns as in ROW. */
  static final String[][] ROWS = {
    {"4d47e190-0402-4048-bc2c-89dd54343cdc", "order", "1", "OrderCreated",
      "{\"id\": 1, \"customerId\": 123, \"lineItems\": [{\"item\": \"Debezium in Action\", \"totalPrice\": 39.98}]}",
      "1", "2019-05-03T13:31:34.344123Z", "1556890294344123"},
    {"0f1f4b4e-3d0c-4c39-8d7a-0e8b0c6f2b11", "order", "1", "OrderNoted",
      "{\"orderId\": 1, \"note\": \"Größe \\\"L\\\" 💡\"}",
      "2", "2019-05-03T13:32:00Z", "1556890320000000"},
    {"7c1b7c4a-57b3-46f4-9a36-1f0c3f5a9d2e", "order", "ö 2/a", "OrderCancelled",
      "{}",
      "1", "2019-05-03T13:33:00.5Z", "1556890380500000"},
    {"b0a7a0c2-6a53-4c65-b6c5-6f3b0a4f7a10", "order", "3", "OrderCancelled",
      null,
      "1", "2019-05-03T13:34:00Z", "1556890440000000"},
  };

  public static void main(String[] args) throws Exception {
    String placement = "table.fields.additional.placement";
    run("defaults", Map.of(), string(), json(false), new SimpleHeaderConverter());
    run("type-in-header", Map.of(placement, "type:header:eventType"), string(), json(false), new SimpleHeaderConverter());

    Map<String, String> inHeaders = Map.of(
        placement, "type:header,aggregatetype:header:aggregateType,version:header,occurredat:header:time",
        "table.field.event.timestamp", "createdat");
    run("headers-text", inHeaders, string(), string(), new SimpleHeaderConverter());
    run("headers-json", inHeaders, json(false), json(false), json(false));
    run("headers-json-with-schemas", inHeaders, json(true), json(true), json(true));
    run("headers-expanded", expanded(inHeaders), json(false), json(false), new SimpleHeaderConverter());
    run("headers-expanded-with-schemas", expanded(inHeaders), json(true), json(true), new SimpleHeaderConverter());

    Map<String, String> inEnvelope = Map.of(
        placement, "type:envelope:eventType,aggregatetype:envelope:aggregateType,version:envelope,occurredat:envelope:time");
    run("envelope-json", inEnvelope, string(), json(false), new SimpleHeaderConverter());
    run("envelope-json-with-schemas", inEnvelope, json(true), json(true), new SimpleHeaderConverter());
  }

  static void run(String name, Map<String, String> options, Converter keys, Converter values, HeaderConverter headers)
      throws Exception {
    EventRouter<SourceRecord> router = new EventRouter<>();
    router.configure(options);
    List<String> lines = new ArrayList<>();
    for (String[] row : ROWS) {
      SourceRecord routed = router.apply(change(row));
      String topic = routed.topic();
      Map<String, String> sent = new LinkedHashMap<>();
      for (Header header : routed.headers())
        sent.put(header.key(), text(headers.fromConnectHeader(topic, header.key(), header.schema(), header.value())));
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("topic", topic);
      line.put("timestamp", routed.timestamp());
      line.put("key", text(keys.fromConnectData(topic, routed.keySchema(), routed.key())));
      line.put("headers", sent);
      line.put("value", text(values.fromConnectData(topic, routed.valueSchema(), routed.value())));
      lines.add(new ObjectMapper().writeValueAsString(line));
    }
    Files.write(Path.of(name + ".jsonl"), lines);
    router.close();
  }

  /** The insert of a row as a connector reports it. */
  static SourceRecord change(String[] row) {
    Struct after = new Struct(ROW).put("id", row[0]).put("aggregatetype", row[1]).put("aggregateid", row[2])
        .put("type", row[3]).put("payload", row[4]).put("version", Long.valueOf(row[5])).put("occurredat", row[6])
        .put("createdat", Long.valueOf(row[7]));
    Struct change = new Struct(CHANGE).put("after", after).put("source", new Struct(SOURCE).put("table", "outbox"))
        .put("op", "c").put("ts_ms", 1556890294484L);
    return new SourceRecord(Map.of(), Map.of(), "server.shop.outbox", CHANGE, change);
  }

  static Map<String, String> expanded(Map<String, String> options) {
    Map<String, String> more = new LinkedHashMap<>(options);
    more.put("table.expand.json.payload", "true");
    return more;
  }

  static StringConverter string() {
    StringConverter converter = new StringConverter();
    converter.configure(Map.of(), false);
    return converter;
  }

  static JsonConverter json(boolean schemas) {
    JsonConverter converter = new JsonConverter();
    converter.configure(Map.of("converter.type", "value", "schemas.enable", String.valueOf(schemas)));
    return converter;
  }

  /** What Kafka Connect sends is UTF-8 here in every case. */
  static String text(byte[] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }
}
