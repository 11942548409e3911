import { registerHooks } from 'node:module';

/** Loaded before a program, this writes the names of the packages that it loaded to stderr when it ends, as one line of JSON. */
const packages = new Set<string>();
registerHooks({
  load(url, context, nextLoad) {
    const name = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
    if (name !== undefined) packages.add(name);
    return nextLoad(url, context);
  },
});
process.on('exit', () => process.stderr.write(`${JSON.stringify([...packages].sort())}\n`));
