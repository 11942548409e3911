import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseTemplates } from '../cluster/databases.ts';
import { successfulRebuild } from '../cluster/rebuild.ts';
import type { Servers } from '../cluster/servers.ts';
import { createWorld, type World } from '../cluster/world.ts';
import { workspaceRoot } from '../cluster/workspace.ts';
import { FaultCounts } from '../fault-counts.ts';
import { settled } from '../oracle/documents.ts';
import { watchAlias } from '../traffic/alias.ts';
import { readProducts } from '../traffic/observers.ts';
import { sendCommands } from '../traffic/commands.ts';
import { randomFrom } from '../traffic/random.ts';
import { check, eventually } from '../waiting.ts';
import { raiseCast, type Cast } from './cast.ts';
import { openHistory, type History } from './history.ts';
import { lanes, pickKind, type Stage } from './kinds.ts';
import { keepSwitching, type Switching } from './switching.ts';
import { judgeRun, type Recorded, type Verdict } from './verdict.ts';

export interface NemesisOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly perSecond?: number;
}

export interface NemesisResult {
  readonly seed: number;
  readonly minutes: number;
  /** How often each kind was inflicted and really met something. */
  readonly faults: Readonly<Record<string, number>>;
  /** How many requests, connections or processes it met. */
  readonly hits: number;
  readonly endings: Switching['endings'];
  readonly endedByItself: Readonly<Record<string, number>>;
  readonly secondsToRest: number;
  readonly verdict: Verdict;
  readonly historyFile: string;
}

/**
 * Inflicts random faults on everything that runs while commands are sent, products are read and readers are switched to and
 * fro; then heals, waits for rest and judges what was recorded. The same seed gives the same faults at the same moments, as far as
 * the machine allows.
 */
export async function runNemesis(
  options: NemesisOptions,
  servers: Servers,
  templates: DatabaseTemplates,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<NemesisResult> {
  const { seed, minutes } = options;
  report(`seed ${seed}, ${minutes} minutes`);
  const history = openHistory(join(workspaceRoot, '.stack', `nemesis-${seed}.jsonl`));
  const [faults, hits] = [new FaultCounts(), new FaultCounts()];
  const world = await createWorld(servers, templates, { partitions: 4 });
  try {
    const cast = await raiseCast(world, history);
    await eventually(() => check(cast.api.origin() !== undefined, 'the API is not ready'), {
      timeoutMs: 120_000,
    });
    await settled(world);
    const { recorded, switching } = await disturb(options, {
      world,
      cast,
      history,
      faults,
      hits,
      report,
      signal,
    });
    report('healed; waiting for rest');
    const begun = performance.now();
    const verdict = await judgeRun(world, recorded, () => successfulRebuild(world).then(() => undefined));
    const secondsToRest = Math.round((performance.now() - begun) / 1_000);
    const endedByItself = Object.fromEntries(
      [cast.api, ...cast.relays, ...cast.consumers].map((one) => [one.name, one.endedByItself()]),
    );
    await cast.stop();
    for (const change of recorded.reads.wentBack) history.add('read went back', { change });
    for (const sent of recorded.sent) history.add('command', { ...sent });
    history.add('verdict', { ...verdict });
    return {
      seed,
      minutes,
      faults: faults.all(),
      hits: Object.values(hits.all()).reduce((sum, times) => sum + times, 0),
      endings: switching.endings,
      endedByItself,
      secondsToRest,
      verdict,
      historyFile: history.file,
    };
  } finally {
    await history.close();
    await world.close().catch((error: unknown) => report(`clean-up failed: ${String(error)}`));
  }
}

interface Run {
  readonly world: World;
  readonly cast: Cast;
  readonly history: History;
  readonly faults: FaultCounts;
  readonly hits: FaultCounts;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

async function disturb(
  { minutes, seed, perSecond = 80 }: NemesisOptions,
  run: Run,
): Promise<{ recorded: Recorded; switching: Switching }> {
  const { world, cast, history, faults, hits, report, signal } = run;
  const commands = sendCommands({
    origin: cast.api.origin,
    random: randomFrom(seed + 1),
    perSecond,
    products: 150,
  });
  const alias = watchAlias(world);
  let away = 0;
  const reader = readProducts(
    world,
    () => [...new Set(commands.sent.slice(-60).flatMap(({ productId }) => productId ?? []))],
    () => away > 0,
  );
  const jobs = keepSwitching(world, cast.env, randomFrom(seed + 2), history);
  const deadline = performance.now() + minutes * 60_000;
  await Promise.all(
    lanes.map(async (kinds, lane) => {
      const random = randomFrom(seed + 10 + lane);
      const stage: Stage = {
        world,
        cast,
        random,
        job: jobs.fairGame,
        searchAway: (now) => {
          away += now ? 1 : -1;
        },
      };
      while (performance.now() < deadline && !signal.aborted) {
        const kind = pickKind(kinds, random);
        history.add('fault begins', { kind: kind.name });
        const times = await kind.inflict(stage);
        history.add('fault over', { kind: kind.name, times });
        if (times > 0) {
          faults.count(kind.name);
          hits.count(kind.name, times);
        }
        report(
          `${kind.name}${times > 0 ? '' : ' (nothing met it)'}; ${commands.sent.length} commands so far`,
        );
        // Now and then long enough for a rebuild to get through: without switches I6 and I7 would show nothing.
        await delay(random.chance(0.15) ? 8_000 + random.below(6_000) : 300 + random.below(3_000));
      }
    }),
  );
  const switching = await jobs.stop();
  await commands.stop();
  const recorded = {
    sent: commands.sent,
    alias: await alias.stop(),
    reads: await reader.stop(),
    leastSwitches: Math.floor(minutes / 2),
  };
  return { recorded, switching };
}
