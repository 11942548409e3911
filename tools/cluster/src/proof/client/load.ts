import { Agent, get } from 'node:http';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

// Asks each URL so many times a second until standard input ends, half of the requests on connections that are kept, half on new ones.
// Prints how many were answered with 200, and what happened to the others.
const [perSecond, ...urls] = process.argv.slice(1) as [string, ...string[]];
const agents = [
  ['kept connection', new Agent({ keepAlive: true })],
  ['new connection', new Agent({ keepAlive: false })],
] as const;
const headers = { authorization: `Bearer ${process.env['REPRISE_API_KEY']}` };
const failures: string[] = [];
let answered = 0;
let stop = false;
process.stdin.on('end', () => (stop = true)).resume();

function ask(url: string, [how, agent]: (typeof agents)[number]): Promise<void> {
  return new Promise((done) => {
    const failed = (why: string | undefined): void => {
      failures.push(`${new Date().toISOString()} ${url} (${how}): ${why}`);
      done();
    };
    const request = get(url, { agent, headers, timeout: 10_000 }, (response) => {
      response.on('error', (error) => failed(error.message));
      response.on('end', () => {
        if (response.statusCode !== 200) return failed(String(response.statusCode));
        answered += 1;
        done();
      });
      response.resume();
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 10 s')));
    request.on('error', (error) => failed(error.message));
  });
}

const open = new Set<Promise<void>>();
for (let number = 0; !stop; number += 1) {
  for (const url of urls) {
    const request = ask(url, agents[number % 2]!).finally(() => open.delete(request));
    open.add(request);
  }
  await delay(1_000 / Number(perSecond));
}
await Promise.all(open);
for (const [, agent] of agents) agent.destroy();
process.stdout.write(JSON.stringify({ answered, failures }));
