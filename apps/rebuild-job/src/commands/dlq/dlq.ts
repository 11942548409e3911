import type { VerbGroup } from '../../verb.ts';
import { discardCommand } from './discard.ts';
import { listCommand } from './list.ts';
import { redriveCommand } from './redrive.ts';
import { showCommand } from './show.ts';

export const dlqCommands: VerbGroup = {
  name: 'dlq',
  description: 'Dead letters: events that could not be applied, and those that wait behind them.',
  verbs: [listCommand, showCommand, redriveCommand, discardCommand],
};
