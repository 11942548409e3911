import { exportLines } from './environment.ts';
import { describeError } from './errors.ts';
import { instanceDirectory } from './instance/directory.ts';
import { up } from './commands/up.ts';
import { down } from './commands/down.ts';
const [verb, ...rest] = process.argv.slice(2);
const d = rest.indexOf('--dir');
const directory = instanceDirectory(d < 0 ? undefined : rest[d + 1]);
const report = (line: string): void => void process.stderr.write(`${line}\n`);
try {
  if (verb === 'up') process.stdout.write(exportLines((await up({ directory, report })).environment));
  if (verb === 'down') console.log(await down({ directory, report }));
} catch (error) {
  report(describeError(error));
  process.exitCode = 1;
}
