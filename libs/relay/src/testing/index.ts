export { checkHistory, type History } from './history.ts';
export { aggregate, relayFixture, type AppendOptions, type RelayFixture } from './relay-fixture.ts';
export { readTopic, type StoredRecord } from './topic-reader.ts';
