import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildImage, type Engine } from './engine.ts';

/**
 * Builds a base of Node and the libraries that it loads, taken from this machine, and nothing else: where the real base cannot be
 * pulled it stands in for it. It holds no shell, so what runs on it needs none.
 */
export function buildStandInBase(engine: Engine, folder: string, tag: string): void {
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
  const loaded = [...libraries.matchAll(/(\/\S+\.so\S*) \(0x/g)].map(([, path]) => path!);
  for (const path of loaded) put(path, join(folder, path));
  put(process.execPath, join(folder, 'usr/local/bin/node'));
  mkdirSync(join(folder, 'tmp'));
  chmodSync(join(folder, 'tmp'), 0o1777);
  mkdirSync(join(folder, 'etc'));
  writeFileSync(join(folder, 'etc/passwd'), 'root:x:0:0::/root:/none\nnode:x:1000:1000::/:/none\n');
  writeFileSync(join(folder, 'etc/hosts'), '127.0.0.1 localhost\n');
  writeFileSync(join(folder, 'Containerfile'), 'FROM scratch\nCOPY . /\nENV PATH=/usr/local/bin\n');
  buildImage(engine, { file: join(folder, 'Containerfile'), context: folder, tag });
}

function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(realpathSync(from), to);
}
