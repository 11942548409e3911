import { createLiveFeed, liveConnections, readLiveConfiguration } from '@reprise/read-model-live';
import { openReadModels } from '@reprise/read-model-servers';
import { exitCodes } from '@reprise/runtime/commands';
import { jsonText } from '../../report/text.ts';
import type { CommandRun } from '../../verb.ts';
import { ownLog } from './own-log.ts';

export const run: CommandRun = async (options, { env, contexts, signal, stdout }) => {
  const context = options.text('context');
  const json = options.flag('json');
  options.finish();
  const configuration = await readLiveConfiguration(env, contexts, context);
  const feeding = configuration.contexts.flatMap((one) => one.context.projections.map(({ name }) => name));
  const readModels = openReadModels(configuration, liveConnections(configuration.contexts.length));
  const onReady = () =>
    stdout(json ? `${jsonText({ feeding }, 2)}\n` : `Feeding ${feeding.join(', ')}. Stop it with ^C.\n`);
  try {
    const logger = ownLog('live', env);
    await createLiveFeed(readModels, { limits: configuration, logger, onReady }).run(signal);
    return exitCodes.done;
  } finally {
    await readModels.close();
  }
};
