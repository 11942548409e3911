export { createOutboxRelay, type OutboxRelay, type OutboxRelayOptions } from './create-outbox-relay.ts';
export { drainOutboxes, type DrainOptions } from './once/drain-outboxes.ts';
export { exitCodes } from './once/drain-to-end.ts';
export { readRelayConfiguration, type RelayedContext, type RelayOptions } from './relay-contexts.ts';
export { RelayError } from './relay-errors.ts';
export { stopPatienceMs } from './relay/relay.ts';
export { relayDefaults, type RelaySettings } from './relay/settings.ts';
