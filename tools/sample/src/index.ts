export { decide, type SampleCommand } from './catalogue/command.ts';
export { generateHistories, type HistoryOptions, type HistoryStep } from './catalogue/generate-histories.ts';
export { writeThroughApi, type ApiWriterOptions } from './writers/api-writer.ts';
export { writeToEventStore, type EventStoreWriterOptions } from './writers/event-store-writer.ts';
export { SampleError, type SampleErrorCode } from './writers/sample-error.ts';
export { writeToTopic, type TopicWriterOptions } from './writers/topic-writer.ts';
export type { WriteOptions, WriteReport } from './writers/write-report.ts';
