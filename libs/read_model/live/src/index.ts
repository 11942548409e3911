export type { BatchVerdict } from './batches/partition-batches.ts';
export { readLiveConfiguration, type LiveConfiguration } from './configuration.ts';
export type { Deliver, DeliveredBatch, LiveLimits } from './context/live-feeding.ts';
export { liveConnections } from './context/live-servers.ts';
export { createLiveFeed, type LiveFeedOptions, type ReadModelsLiveFeed } from './create-live-feed.ts';
