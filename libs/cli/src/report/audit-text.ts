import type { AuditEntry } from '@reprise/runtime/audit';
import { labelled, wrapped } from './columns.ts';

/** An attempt and what came of it, in lines of at most `width` columns. */
export function describeAttempt(entry: AuditEntry, width: number): string {
  const { at, verb, origin, user, host, pid, login, actor, askedBy, outcome } = entry;
  const ending = outcome === null ? 'no outcome: it runs, or was killed' : `exit ${outcome.exitCode}`;
  const who = [actor !== null && `says ${actor}`, askedBy !== null && `proved ${askedBy}`].filter(Boolean);
  const lines = [
    ...wrapped(`${moment(at)}  ${verb}  ${ending}`, width),
    ...labelled('by', `${user} on ${host}, pid ${pid}, as ${login}, ${origin}`, width),
  ];
  if (who.length > 0) lines.push(...labelled('', who.join(', '), width));
  if (entry.arguments.length > 0) lines.push(...labelled('with', entry.arguments.join(' '), width));
  for (const run of outcome?.runs ?? []) lines.push(...labelled('run', run, width));
  if (outcome?.message) lines.push(...labelled('said', outcome.message.split('\n').join(' '), width));
  if (outcome !== null) lines.push(...labelled('ended', moment(outcome.at), width));
  return lines.join('\n');
}

/** To the second, in UTC. */
function moment(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
