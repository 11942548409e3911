import process from 'node:process';

// Logs in to the console with the key, as its pages do, asks for an action, and prints what the console says of it.
const [origin, request] = process.argv.slice(1) as [string, string];

async function post(path: string, body: string, headers: Record<string, string>): Promise<Response> {
  const response = await fetch(`${origin}/ops/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin, ...headers },
    body,
  });
  if (response.ok) return response;
  throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

const login = await post('session', JSON.stringify({ apiKey: process.env['REPRISE_API_KEY'] }), {});
const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
const { user } = (await login.json()) as { user: { csrfToken: string } };
const asked = await post('actions', request, { cookie, 'x-csrf-token': user.csrfToken });
process.stdout.write(await asked.text());
