import { eventually, testCredential } from '@reprise/test-kit';

/** How the console answers for its first page and the program in it. */
export async function pagesOf(origin: string): Promise<(readonly [number, string | null])[]> {
  const page = await fetch(`${origin}/console/`);
  const program = /src="\.\/(assets\/[^"]+\.js)"/.exec(await page.clone().text())![1]!;
  const answers = [page, await fetch(`${origin}/console/${program}`)];
  return answers.map(({ status, headers }) => [status, headers.get('content-type')]);
}

/** A comparison of a read model with its log that the console starts, followed to its end. */
export async function verifiedBy(
  origin: string,
  projection: string,
): Promise<{ readonly endedAt: string | null }> {
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = { ...testCredential, 'content-type': 'application/json' };
    const response = await fetch(`${origin}/ops/v1/actions${path}`, { ...init, headers });
    return (await response.json()) as { id: string; endedAt: string | null };
  };
  const body = JSON.stringify({ action: 'verify', projection, options: {} });
  const { id } = await ask('', { method: 'POST', body });
  return eventually(async () => {
    const action = await ask(`/${id}`);
    expect(action.endedAt).not.toBeNull();
    return action;
  });
}
