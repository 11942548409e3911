import { createLogger } from '@reprise/runtime';
import { afterFile, itSetsItsSessions, testEndpoints } from '@reprise/test-kit';
import { Relay } from './relay.ts';
import { relayDefaults } from './settings.ts';

itSetsItsSessions("the relay's pool", 'write', ({ url }) => {
  const settings = { ...relayDefaults, kafka: testEndpoints().kafka, topic: 'none', writeDatabaseUrl: url };
  const telemetry = { batch: () => undefined, parked: () => undefined, leading: () => undefined };
  const relay = new Relay(settings, createLogger('outbox-relay', { level: 'silent' }), telemetry);
  afterFile(() => relay.close());
  return Promise.resolve((sql, values) => relay.outbox.query(sql, values));
});
