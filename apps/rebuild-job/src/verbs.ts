import { cancelCommand } from './commands/cancel.ts';
import { dlqCommands } from './commands/dlq/dlq.ts';
import { promoteCommand } from './commands/promote.ts';
import { pruneCommand } from './commands/prune.ts';
import { rebindCommand } from './commands/rebind.ts';
import { rebuildCommand } from './commands/rebuild.ts';
import { receiptsCommands } from './commands/receipts.ts';
import { repairCommand } from './commands/repair.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { statusCommand } from './commands/status.ts';
import { verifyCommand } from './commands/verify.ts';
import { completionCommand } from './completion/completion.ts';
import type { Verb, VerbGroup } from './verb.ts';

export const verbGroups: readonly VerbGroup[] = [dlqCommands, receiptsCommands];

const working: readonly Verb[] = [
  rebuildCommand,
  promoteCommand,
  rollbackCommand,
  statusCommand,
  cancelCommand,
  pruneCommand,
  rebindCommand,
  verifyCommand,
  repairCommand,
];

/** The verbs of the command line in the order its help lists them. */
export const verbs: readonly Verb[] = [...working, completionCommand(working, verbGroups)];
