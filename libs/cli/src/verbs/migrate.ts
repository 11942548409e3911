import { runReadModelMigrations } from '@reprise/read-model-indices';
import { readConfiguration } from '@reprise/runtime';
import { exitCodes } from '@reprise/runtime/commands';
import { recordedWhereKept } from '@reprise/runtime/audit';
import { jsonText } from '../report/text.ts';
import { openAudit } from '../servers/open-audit.ts';
import type { CommandRun } from '../verb.ts';

/** How long Postgres is waited for, in milliseconds. */
const waitingMs = 15_000;

export const run: CommandRun = async (options, { audit, env, stdout, signal }) => {
  const json = options.flag('json');
  options.finish();
  const { url, variable } = readConfiguration(env, ['readModelDatabaseOwner']).readModelDatabaseOwner;
  const retry = { databaseUrl: variable, signal };
  const begin = () => audit.begin(openAudit(url, { ...retry, budgetMs: waitingMs }));
  // The migration that makes the audit can only be recorded after it.
  const isRecorded = await recordedWhereKept(begin);
  const applied = await runReadModelMigrations(url, retry);
  if (!isRecorded) await begin();
  audit.report({ applied });
  if (json) stdout(`${jsonText({ applied }, 2)}\n`);
  else if (applied.length === 0) stdout('The read-model database is current.\n');
  else stdout(`Applied to the read-model database: ${applied.join(', ')}.\n`);
  return exitCodes.done;
};
