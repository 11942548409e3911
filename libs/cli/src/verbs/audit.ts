import type { AuditEntry } from '@reprise/runtime/audit';
import { exitCodes } from '@reprise/runtime/commands';
import { describeAttempt } from '../report/audit-text.ts';
import { jsonText } from '../report/text.ts';
import { openUnbound } from '../servers/open-servers.ts';
import type { CommandRun } from '../verb.ts';

const mostEntries = 1_000;

export const run: CommandRun = async (options, invocation) => {
  const { stdout, screen } = invocation;
  const [verb, by, since] = [options.text('verb'), options.text('by'), options.moment('since')];
  const limit = options.wholeNumber('limit', 1, 20);
  if (limit > mostEntries) options.problem(`--limit must be at most ${mostEntries}`);
  const [open, failed] = [options.flag('open'), options.flag('failed')];
  if (open && failed) options.problem('--open and --failed exclude each other');
  const json = options.flag('json');
  options.finish();
  const filter = {
    ...{ limit, ...(verb !== undefined && { verb }), ...(by !== undefined && { by }) },
    ...{ ...(since && { since }), ...(open && { only: 'open' as const }) },
    ...(failed && { only: 'failed' as const }),
  };
  const servers = await openUnbound(invocation, [], { readsEvents: false });
  try {
    const entries: AuditEntry[] = await servers.registry.audit.list(filter);
    const width = Math.max(40, screen?.columns() ?? 80);
    if (json) stdout(`${jsonText(entries, 2)}\n`);
    else if (entries.length === 0) stdout('Nothing is on record.\n');
    else stdout(`${entries.map((entry) => describeAttempt(entry, width)).join('\n')}\n`);
    if (entries.length === limit)
      invocation.stderr(`These are the newest ${limit}: --limit shows more, up to ${mostEntries}.\n`);
    return exitCodes.done;
  } finally {
    await servers.close();
  }
};
