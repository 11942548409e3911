import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadContexts } from '@reprise/contexts';
import prettier from 'prettier';
import { describeContext } from './document.ts';
import { goldenEvents } from './golden.ts';
import { pageOf } from './page.ts';

export const workspace = fileURLToPath(new URL('../../../', import.meta.url));

/** Where the descriptions stand, from the workspace. */
export const folder = 'docs/reference/events/asyncapi';

/** The description of every context that `reprise.config.ts` lists, and its page, by path from the workspace. */
export async function asyncApiFiles(): Promise<ReadonlyMap<string, string>> {
  const { contexts } = await loadContexts({}, { file: join(workspace, 'reprise.config.ts') });
  const { version } = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8')) as {
    version: string;
  };
  const files = new Map<string, string>();
  for (const context of contexts) {
    const document = describeContext(context, version, (type) => goldenEvents(workspace, context.name, type));
    files.set(`${folder}/${context.name}.json`, JSON.stringify(document));
    files.set(`${folder}/${context.name}.md`, pageOf(context.name, document));
  }
  for (const [path, text] of files) files.set(path, await formatted(path, text));
  return files;
}

async function formatted(path: string, text: string): Promise<string> {
  const filepath = join(workspace, path);
  return prettier.format(text, { ...(await prettier.resolveConfig(filepath)), filepath });
}
