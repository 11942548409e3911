import { contexts } from '../constraints.mjs';
import {
  contract,
  productEvents,
  recruitingEvents,
  contextList,
  aggregate,
  outbox,
  frame,
  writeApp,
  documents,
  stores,
  feed,
  live,
  nestLive,
  liveApp,
  rebuild,
  commands,
  rebuildJob,
  searchApi,
  consoleApp,
  migrate,
  runtime,
  http,
  testKit,
  kit,
  tool,
  bench,
  faults,
  examplesOf,
  from,
  type Edge,
} from './edges.ts';

/** For each row, imports that keep it and imports that break it. */
export const examples: Record<string, { allowed: readonly Edge[]; forbidden: readonly Edge[] }> = {
  'log-alone': {
    allowed: [{ from: contract, to: contract }],
    forbidden: [
      { from: contract, to: runtime },
      { from: contract, to: documents },
    ],
  },
  'contexts-list': {
    allowed: [
      { from: contextList, to: contract },
      { from: liveApp, to: contextList },
    ],
    forbidden: [
      { from: contextList, to: documents },
      { from: contextList, to: outbox },
    ],
  },
  'write-side': {
    allowed: [
      { from: writeApp, to: outbox },
      { from: writeApp, to: 'kafkajs' },
    ],
    forbidden: [
      { from: writeApp, to: documents },
      { from: outbox, to: '@elastic/elasticsearch' },
      { from: writeApp, to: '@platformatic/kafka' },
    ],
  },
  'read-side': {
    allowed: [{ from: feed, to: stores }],
    forbidden: [
      { from: feed, to: outbox },
      { from: documents, to: aggregate },
      { from: feed, to: live },
      { from: feed, to: rebuild },
      { from: stores, to: 'typeorm' },
      { from: feed, to: outbox, inTest: true },
    ],
  },
  'live-side': {
    allowed: [
      { from: live, to: feed },
      { from: liveApp, to: nestLive },
    ],
    forbidden: [
      { from: live, to: rebuild },
      { from: liveApp, to: rebuild },
      { from: liveApp, to: outbox },
    ],
  },
  'nest-module': {
    allowed: [
      { from: nestLive, to: live },
      { from: nestLive, to: rebuild },
    ],
    forbidden: [
      { from: nestLive, to: outbox },
      { from: nestLive, to: commands },
      { from: nestLive, to: 'typeorm' },
    ],
  },
  'rebuild-job-only': {
    allowed: [{ from: rebuild, to: stores }],
    forbidden: [
      { from: rebuild, to: outbox },
      { from: rebuild, to: commands },
      { from: rebuild, to: live },
      { from: rebuild, to: 'typeorm' },
    ],
  },
  'rebuild-joins-no-group': {
    allowed: [
      { from: rebuild, to: '@platformatic/kafka' },
      { from: rebuild, to: 'kafkajs', inTest: true },
    ],
    forbidden: [{ from: rebuild, to: 'kafkajs' }],
  },
  commands: {
    allowed: [
      { from: rebuildJob, to: commands },
      { from: commands, to: rebuild },
      { from: commands, to: outbox },
      { from: commands, to: live },
      { from: commands, to: 'pg', inTest: true },
    ],
    forbidden: [
      { from: commands, to: searchApi },
      { from: rebuildJob, to: testKit },
      { from: commands, to: 'kafkajs' },
      { from: commands, to: 'pg' },
      { from: commands, to: '@nestjs/core' },
    ],
  },
  'search-reads-documents': {
    allowed: [
      { from: searchApi, to: documents },
      { from: searchApi, to: runtime },
      { from: searchApi, to: http },
    ],
    forbidden: [
      { from: searchApi, to: stores },
      { from: searchApi, to: feed },
    ],
  },
  'search-side': from(searchApi, ['@elastic/elasticsearch'], [aggregate, 'kafkajs']),
  'console-scope': from(consoleApp, [feed], [rebuild, 'kafkajs']),
  'schema-scope': {
    allowed: [
      { from: migrate, to: writeApp },
      { from: migrate, to: stores },
    ],
    forbidden: [
      { from: migrate, to: rebuild },
      { from: migrate, to: 'kafkajs' },
    ],
  },
  'runtime-alone': {
    allowed: [
      { from: runtime, to: 'pino' },
      { from: http, to: runtime },
    ],
    forbidden: [
      { from: runtime, to: contract },
      { from: http, to: contract },
      { from: runtime, to: 'pg' },
    ],
  },
  'test-scope': {
    allowed: [{ from: testKit, to: contract }],
    forbidden: [{ from: testKit, to: stores }],
  },
  'kit-scope': {
    allowed: [{ from: kit, to: stores }],
    forbidden: [
      { from: kit, to: rebuild },
      { from: kit, to: '@jest/globals' },
    ],
  },
  'tools-scope': {
    allowed: [{ from: tool, to: outbox }],
    forbidden: [
      { from: tool, to: rebuild },
      { from: tool, to: testKit },
    ],
  },
  'bench-scope': {
    allowed: [
      { from: bench, to: rebuild },
      { from: bench, to: tool },
    ],
    forbidden: [{ from: bench, to: testKit }],
  },
  'faults-scope': {
    allowed: [
      { from: faults, to: testKit },
      { from: faults, to: tool },
    ],
    forbidden: [
      { from: faults, to: rebuild },
      { from: faults, to: searchApi },
    ],
  },
  'contract-is-pure': {
    allowed: [
      { from: contract, to: 'ajv' },
      { from: contract, to: 'fast-check', inTest: true },
      { from: contract, to: 'zod', inTest: true },
    ],
    forbidden: [
      { from: contract, to: documents },
      { from: contract, to: 'kafkajs' },
      { from: contract, to: 'fast-check' },
      { from: contract, to: 'zod' },
    ],
  },
  'domain-is-pure': {
    allowed: [
      { from: documents, to: contract },
      { from: aggregate, to: contract },
    ],
    forbidden: [
      { from: documents, to: runtime },
      { from: documents, to: 'pg' },
      { from: aggregate, to: 'typeorm' },
      { from: aggregate, to: 'ajv' },
    ],
  },
  'runtime-type': {
    allowed: [
      { from: runtime, to: 'pino' },
      { from: contextList, to: contract },
    ],
    forbidden: [
      { from: runtime, to: http },
      { from: runtime, to: '@nestjs/common' },
      { from: contextList, to: 'fastify' },
    ],
  },
  'adapter-type': {
    allowed: [{ from: stores, to: documents }],
    forbidden: [
      { from: stores, to: feed },
      { from: stores, to: '@nestjs/common' },
    ],
  },
  'feature-type': {
    allowed: [{ from: feed, to: stores }],
    forbidden: [
      { from: live, to: liveApp },
      { from: live, to: nestLive },
      { from: feed, to: http },
      { from: rebuild, to: '@nestjs/microservices' },
    ],
  },
  'frame-type': {
    allowed: [
      { from: frame, to: outbox },
      { from: frame, to: '@nestjs/common' },
      { from: nestLive, to: live },
    ],
    forbidden: [{ from: frame, to: writeApp }],
  },
  'apps-import-no-app': {
    allowed: [
      { from: writeApp, to: frame },
      { from: writeApp, to: outbox },
      { from: liveApp, to: http },
      { from: liveApp, to: '@nestjs/microservices' },
    ],
    forbidden: [
      { from: writeApp, to: writeApp },
      { from: writeApp, to: tool },
      { from: writeApp, to: testKit },
    ],
  },
  'engine-knows-no-context': {
    allowed: [
      { from: frame, to: outbox },
      { from: feed, to: productEvents, inTest: true },
    ],
    forbidden: [
      { from: frame, to: recruitingEvents },
      { from: feed, to: productEvents },
    ],
  },
  ...Object.fromEntries(contexts.map((context) => [`${context}-alone`, examplesOf(context)])),
};
