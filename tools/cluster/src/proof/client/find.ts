import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

// Waits until readers find each product; prints how many milliseconds the last one took.
const [search, ...ids] = process.argv.slice(1) as [string, ...string[]];
const headers = { authorization: `Bearer ${process.env['REPRISE_API_KEY']}` };
const start = performance.now();
for (const id of ids) {
  for (;;) {
    const status = await fetch(`${search}/v1/products/${id}`, { headers }).then(
      (response) => response.status,
      (error: Error) => error.message,
    );
    if (status === 200) break;
    if (performance.now() - start > 120_000) throw new Error(`${id} is not found after 120 s: ${status}`);
    await delay(100);
  }
}
process.stdout.write(JSON.stringify(Math.round(performance.now() - start)));
