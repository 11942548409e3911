import {
  createOutboxRelay,
  drainOutboxes,
  readRelayConfiguration,
  RelayError,
  relayDefaults,
} from '@reprise/relay';
import { exitCodes } from '@reprise/runtime/commands';
import { optionOf } from '../../line/option-reader.ts';
import type { CommandRun } from '../../verb.ts';
import { ownLog } from './own-log.ts';

const ofOnce = ['timeout', 'releaseParked', 'json'];

export const run: CommandRun = async (options, invocation) => {
  const { env, contexts, signal, received, stdout, stderr } = invocation;
  const context = options.text('context');
  const limits = {
    ...relayDefaults,
    batchSize: options.wholeNumber('batchSize', 1, relayDefaults.batchSize),
    pollMs: options.wholeNumber('pollMs', 1, relayDefaults.pollMs),
    ...(context !== undefined && { context }),
  };
  const timeoutMs = 1_000 * options.wholeNumber('timeout', 0, 60);
  const once = options.flag('once');
  for (const name of ofOnce)
    if (!once && options.isGiven(name)) options.problem(`${optionOf(name)} belongs to --once`);
  options.finish();
  const { relayed } = readRelayConfiguration(env, contexts, limits, []);
  const logger = ownLog('relay', env);
  if (once) {
    const [releaseParked, json] = [options.flag('releaseParked'), options.flag('json')];
    const actor = env['REPRISE_ACTOR'];
    const wanted = { timeoutMs, releaseParked, json, actor };
    return drainOutboxes(relayed, { ...wanted, logger, signal, received, stdout });
  }
  const relay = createOutboxRelay(relayed, { logger });
  stdout(`Publishing the events of ${relayed.map(({ name }) => name).join(', ')}. Stop it with ^C.\n`);
  try {
    await relay.run(signal);
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    stderr(`${error.message}\n`);
    return error.retryable ? exitCodes.dependency : exitCodes.usage;
  } finally {
    await relay.close();
  }
};
